import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const at = (id: string): string => `/filters/${encodeURIComponent(id)}`

const showAll = (answer: JsonObject): string =>
  table(listOf(answer, 'filters'), [
    ['id', (row) => row['id']],
    ['of', (row) => row['integrationId']],
    ['name', (row) => row['name']],
    ['on', (row) => (row['enabled'] ? 'on' : 'off')],
    ['drops if', (row) => row['if']],
    ['dropped in 24 h', (row) => row['dropped']],
    ['undecided', (row) => row['failed']],
  ])
const showOne = (answer: JsonObject): string => {
  const filter = objectOf(answer, 'filter')
  return `${textOf(filter['id'])} (${filter['enabled'] ? 'on' : 'off'}): ${textOf(filter['if'])}`
}
const showPreview = (answer: JsonObject): string =>
  `${answer['dropped'] ? 'dropped' : 'goes on'}\n\n${table(listOf(answer, 'answers'), [
    ['filter', (row) => row['name'] || 'this condition'],
    ['answer', (row) => row['answer']],
    ['because', (row) => row['reason']],
  ])}`

const changing = (filter: Command, { api, print }: Session): void => {
  filter
    .command('add <condition>')
    .description("drop calls that fit a condition, for example \"type = 'track' and match(event, 'Debug *')\"")
    .requiredOption('--source <id>', 'the source whose calls are asked, or the id of the space for all')
    .requiredOption('--name <name>', 'what it is called')
    .option('--off', 'do not switch it on yet')
    .action(async (condition: string, { source, name, off }: { source: string; name: string; off?: boolean }) => {
      const body = { integrationId: source, name, if: condition, enabled: off !== true }
      print(await (await api()).post('/filters', body), showOne)
    })
  for (const enabled of [true, false])
    filter
      .command(`${enabled ? 'enable' : 'disable'} <id>`)
      .description(enabled ? 'switch it on' : 'switch it off')
      .action(async (id: string) => print(await (await api()).patch(at(id), { enabled }), showOne))
  filter
    .command('remove <id>')
    .description('delete it')
    .action(async (id: string) => print(await (await api()).remove(at(id)), () => 'deleted'))
}

/** `usher filter list | add | enable | disable | remove | try`. */
export const filterCommand = (program: Command, session: Session): void => {
  const { api, print } = session
  const filter = program.command('filter').description('calls that are dropped at the door, by conditions in FQL')
  filter
    .command('list')
    .description('all filters, in the order in which they are asked')
    .option('--source <id>', 'of one source, or of the space')
    .action(async ({ source }: { source?: string }) =>
      print(await (await api()).get('/filters', { integrationId: source }), showAll),
    )
  changing(filter, session)
  filter
    .command('try <file>')
    .description('what the filters of a source, or one condition, would do to the call in a JSON file')
    .option('--source <id>', 'ask the filters of this source')
    .option('--if <condition>', 'ask this condition instead')
    .action(async (file: string, { source, if: condition }: { source?: string; if?: string }) => {
      const call: unknown = JSON.parse(await readFile(file, 'utf8'))
      print(await (await api()).post('/filters/previews', { sourceId: source, if: condition, call }), showPreview)
    })
}
