import type { Command } from 'commander'
import { Invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { readJson } from '../read-file.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

/** Identifier types with how many own one: a table. */
export const identifiersText = (identifiers: JsonObject): string =>
  table(listOf(identifiers, 'types'), [
    ['identifier', (row) => row['type']],
    ['people', (row) => row['count']],
    ['%', (row) => row['percent']],
  ])

const showIdentifiers = (answer: JsonObject): string => {
  const identifiers = objectOf(answer, 'identifiers')
  return `${textOf(identifiers['total'])} people\n\n${identifiersText(identifiers)}`
}

const showOverlap = (answer: JsonObject): string => {
  const overlap = objectOf(answer, 'overlap')
  const [first, second] = [objectOf(overlap, 'first'), objectOf(overlap, 'second')]
  const other = second['key'] ?? 'the condition'
  const rows: readonly JsonObject[] = [
    { who: first['key'] ?? null, people: first['count'] ?? null, shared: first['percentShared'] ?? null },
    { who: other, people: second['count'] ?? null, shared: second['percentShared'] ?? null },
    { who: 'both', people: overlap['both'] ?? null, shared: null },
    { who: `only ${textOf(first['key'])}`, people: overlap['onlyFirst'] ?? null, shared: null },
    { who: `only ${textOf(other)}`, people: overlap['onlySecond'] ?? null, shared: null },
  ]
  return table(rows, [
    ['', (row) => row['who']],
    ['people', (row) => row['people']],
    ['% in both', (row) => row['shared']],
  ])
}

const at = (id: string, rest: string): string => `/audiences/${encodeURIComponent(id)}${rest}`

/** `usher audience overlap <audience> [other]` and `identifiers <audience>`. */
export const insightCommands = (audience: Command, { api, print }: Session): void => {
  audience
    .command('overlap <audience> [other]')
    .description('how many members two audiences share')
    .option('--file <file>', 'in place of the other: a condition in a JSON file, that is not saved')
    .action(async (id: string, other: string | undefined, { file }: { file?: string }) => {
      if ((other === undefined) === (file === undefined))
        throw new Invalid('overlap', 'Name another audience, or a condition with --file: one of them.')
      const there = await api()
      if (file === undefined) return print(await there.get(at(id, '/overlap'), { with: other }), showOverlap)
      const condition: unknown = await readJson(file)
      return print(await there.post(at(id, '/overlap'), { definition: { condition } }), showOverlap)
    })
  audience
    .command('identifiers <audience>')
    .description('how many members own an identifier of each type')
    .action(async (id: string) => print(await (await api()).get(at(id, '/identifiers')), showIdentifiers))
}
