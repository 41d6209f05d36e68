import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import type { Session } from '../program.ts'
import { readJson } from '../read-file.ts'
import { sourceIdOf } from '../source-id.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const LONGEST_NAME = 100

// Who was told of filters before names them by the space's id.
const whose = async (api: Api, named: string | undefined): Promise<string> => {
  const { id } = objectOf(await api.get(''), 'space')
  return named === undefined || named === id ? textOf(id) : sourceIdOf(api, named)
}

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
    .option('--source <source>', 'the source whose calls are asked, by id or name; all of the space without')
    .option('--name <name>', 'what it is called; by its condition without')
    .option('--off', 'do not switch it on yet')
    .action(async (condition: string, { source, name, off }: { source?: string; name?: string; off?: boolean }) => {
      const there = await api()
      const integrationId = await whose(there, source)
      const body = { integrationId, name: name ?? condition.slice(0, LONGEST_NAME), if: condition, enabled: off !== true }
      print(await there.post('/filters', body), showOne)
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
    .option('--source <source>', 'of one source, by id or name')
    .action(async ({ source }: { source?: string }) => {
      const there = await api()
      print(
        await there.get('/filters', { integrationId: source === undefined ? undefined : await whose(there, source) }),
        showAll,
      )
    })
  changing(filter, session)
  filter
    .command('try <file>')
    .description('what the filters of a source, or one condition, would do to the call in a JSON file')
    .option('--source <source>', 'ask the filters of this source')
    .option('--if <condition>', 'ask this condition instead')
    .action(async (file: string, { source, if: condition }: { source?: string; if?: string }) => {
      const call: unknown = await readJson(file)
      const there = await api()
      const sourceId = source === undefined ? undefined : await sourceIdOf(there, source)
      print(await there.post('/filters/previews', { sourceId, if: condition, call }), showPreview)
    })
}
