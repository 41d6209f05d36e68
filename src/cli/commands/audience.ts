import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import { counted } from '../counted.ts'
import { explanationText, planText } from '../explanation.ts'
import type { Session } from '../program.ts'
import { readJson } from '../read-file.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'
import { identifiersText, insightCommands } from './insight.ts'
import { organiseCommands } from './organise.ts'

const count = (row: JsonObject, key: string) => objectOf(row, key)['count']

const showAudiences = (answer: JsonObject): string =>
  table(listOf(answer, 'audiences'), [
    ['key', (row) => row['key']],
    ['people', (row) => count(row, 'size')],
    ['in 24 h', (row) => objectOf(row, 'changes24h')['entered']],
    ['out 24 h', (row) => objectOf(row, 'changes24h')['exited']],
    ['status', (row) => row['status']],
    ['who', (row) => row['sentence']],
  ])

const showPeople = (rows: readonly JsonObject[]): string =>
  table(rows, [
    ['profile', (row) => row['profileId']],
    ['name', (row) => row['name']],
    ['email', (row) => row['email']],
    ['since', (row) => row['enteredAt']],
  ])

const showPreview = (answer: JsonObject): string => {
  const preview = objectOf(answer, 'audiencePreview')
  const people = `${textOf(count(preview, 'size'))} people: ${textOf(preview['sentence'])}\n\n${showPeople(listOf(preview, 'results'))}`
  return preview['identifiers'] === undefined ? people : `${people}\n\n${identifiersText(objectOf(preview, 'identifiers'))}`
}

/** `usher audience list | preview <file> | members <key> | explain <key> [profile] | overlap | identifiers | versions | clone | export`. */
export const audienceCommand = (program: Command, { api, print }: Session): void => {
  const audience = program.command('audience').description('who is in, and why')
  audience
    .command('list')
    .description('every audience with its size')
    .action(async () => print(await (await api()).get('/audiences', { count: '200' }), showAudiences))
  audience
    .command('preview <file>')
    .description('who would be in, for a condition in a JSON file')
    .option('--at <instant>', 'as of another instant, for example 2026-01-31T00:00:00Z')
    .option('--count <n>', 'how many people to show', '10')
    .option('--identifiers', 'how many own an identifier of each type')
    .action(async (file: string, options: { at?: string; count: string; identifiers?: true }) => {
      const condition: unknown = await readJson(file)
      const there = await api()
      const asked = await there.post('/audiences/previews', {
        definition: { condition },
        at: options.at,
        count: Number(options.count),
        identifiers: options.identifiers === true,
      })
      print(await counted(there, asked), showPreview)
    })
  audience
    .command('members <audience>')
    .description('who is in now')
    .option('--count <n>', 'how many to show', '20')
    .option('--search <text>', 'only whose name or address contains it')
    .action(async (id: string, options: { count: string; search?: string }) =>
      print(await (await api()).get(`/audiences/${encodeURIComponent(id)}/members`, options), (answer) =>
        showPeople(listOf(answer, 'members')),
      ),
    )
  audience
    .command('explain <audience> [profile]')
    .description(
      'why a person is in or not: by id, or as type:value, for example email:ada@example.com; without one, how it is evaluated',
    )
    .option('--analyze', 'without a person: run the query, so that the plan has real times')
    .action(async (id: string, profile: string | undefined, options: { analyze?: true }) => {
      const path = `/audiences/${encodeURIComponent(id)}`
      if (profile !== undefined) print(await (await api()).get(`${path}/explain`, { profile }), explanationText)
      else print(await (await api()).get(`${path}/plan`, { analyze: String(options.analyze === true) }), planText)
    })
  insightCommands(audience, { api, print })
  organiseCommands(audience, { api, print })
}
