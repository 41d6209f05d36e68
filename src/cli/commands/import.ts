import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { Invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import { countsOf, showImport } from '../import-text.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'
import { importCallsCommand } from './import-calls.ts'

const showImports = (answer: JsonObject): string =>
  table(listOf(answer, 'imports'), [
    ['id', (row) => row['importId']],
    ['file', (row) => row['fileName']],
    ['what', (row) => row['kind']],
    ['state', (row) => row['status']],
    ['rows', (row) => countsOf(row)['expected']],
    ['taken', (row) => countsOf(row)['taken']],
    ['there before', (row) => countsOf(row)['duplicates']],
    ['refused', (row) => countsOf(row)['refused']],
    ['started', (row) => row['startedAt']],
    ['by', (row) => row['requestedBy']],
  ])

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

/** `usher import profiles <file.csv>`, `calls <files…>`, `list`, `status [id]`. */
export const importCommand = (program: Command, session: Session): void => {
  const { api, print } = session
  const command = program.command('import').description('people and calls from files')
  command
    .command('profiles <file>')
    .description('add and update people from a CSV file; waits until it is done')
    .option('--no-wait', 'leave when the file is accepted')
    .action(async (path: string, { wait }: { wait: boolean }) => print(await importPeople(await api(), path, wait), showImport))
  importCallsCommand(command, session)
  command
    .command('list')
    .description('files of the last 30 days')
    .action(async () => print(await (await api()).get('/imports'), showImports))
  command
    .command('status [id]')
    .alias('show')
    .description('how far a file is, and which lines were not taken; without an id, of all files')
    .action(async (id: string | undefined) => {
      if (id === undefined) print(await (await api()).get('/imports'), showImports)
      else print(await (await api()).get(`/imports/${encodeURIComponent(id)}`), showImport)
    })
}
