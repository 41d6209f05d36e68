import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { Invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const countsOf = (row: JsonObject): JsonObject => objectOf(row, 'progress')

const showImports = (answer: JsonObject): string =>
  table(listOf(answer, 'imports'), [
    ['id', (row) => row['importId']],
    ['file', (row) => row['fileName']],
    ['what', (row) => row['kind']],
    ['state', (row) => row['status']],
    ['rows', (row) => countsOf(row)['expected']],
    ['taken', (row) => countsOf(row)['taken']],
    ['refused', (row) => countsOf(row)['refused']],
    ['started', (row) => row['startedAt']],
    ['by', (row) => row['requestedBy']],
  ])

const showImport = (answer: JsonObject): string => {
  const job = objectOf(answer, 'import')
  const { expected, taken, refused } = countsOf(job)
  const lines = listOf(answer, 'refusedLines').map((one) => `  line ${textOf(one['line'])}: ${textOf(one['message'])}`)
  return [
    `${textOf(job['fileName'])}: ${textOf(job['status'])}, ${textOf(taken)} of ${textOf(expected)} rows taken, ${textOf(refused)} refused.`,
    ...(job['error'] === undefined ? [] : [textOf(job['error'])]),
    ...lines,
  ].join('\n')
}

const fileAt = (path: string): Promise<Buffer<ArrayBuffer>> =>
  readFile(path).catch((cause: unknown) => {
    throw new Invalid('cli', [{ field: path, message: `cannot be read: ${(cause as Error).message}` }])
  })

const ended = async (api: Api, id: string): Promise<JsonObject> => {
  for (;;) {
    const answer = await api.get(`/imports/${id}`)
    if (objectOf(answer, 'import')['status'] !== 'RUNNING') return answer
    await sleep(500)
  }
}

const importPeople = async (api: Api, path: string, wait: boolean): Promise<JsonObject> => {
  const answer = await api.upload(`/imports?name=${encodeURIComponent(basename(path))}`, await fileAt(path), 'text/csv')
  return wait ? ended(api, textOf(objectOf(answer, 'import')['importId'])) : answer
}

/** `usher import profiles <file.csv>`, `list`, `show <id>`. */
export const importCommand = (program: Command, { api, print }: Session): void => {
  const command = program.command('import').description('people from files')
  command
    .command('profiles <file>')
    .description('add and update people from a CSV file; waits until it is done')
    .option('--no-wait', 'leave when the file is accepted')
    .action(async (path: string, { wait }: { wait: boolean }) => print(await importPeople(await api(), path, wait), showImport))
  command
    .command('list')
    .description('files of the last 30 days')
    .action(async () => print(await (await api()).get('/imports'), showImports))
  command
    .command('show <id>')
    .description('how far a file is, and which lines were not taken')
    .action(async (id: string) => print(await (await api()).get(`/imports/${encodeURIComponent(id)}`), showImport))
}
