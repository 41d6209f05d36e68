import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const at = (id: string, rest = ''): string => `/computed-traits/${encodeURIComponent(id)}${rest}`

/** Each computed trait of an answer with what a list says beside it: people, the last full computation, its drift, who uses it. */
const withFigures = async (there: Api, traits: readonly JsonObject[]): Promise<readonly JsonObject[]> => {
  const figures = new Map(listOf(await there.get('/computed-trait-figures'), 'figures').map((one) => [one['id'], one]))
  return traits.map((trait) => ({ ...trait, figures: figures.get(trait['id'] ?? null) ?? {} }))
}

const peopleOf = (trait: JsonObject): string | number => {
  const { people, more } = objectOf(trait, 'figures')
  return more === true ? `more than ${textOf(people)}` : Number(people ?? 0)
}

const showTraits = (answer: JsonObject): string =>
  table(listOf(answer, 'computedTraits'), [
    ['key', (row) => row['key']],
    ['people', peopleOf],
    ['checked', (row) => objectOf(row, 'figures')['checkedAt']],
    ['drift', (row) => objectOf(row, 'figures')['drift']],
    ['status', (row) => row['status']],
    ['what', (row) => row['sentence']],
  ])

const checkedLine = (trait: JsonObject): string => {
  const { checkedAt, drift } = objectOf(trait, 'figures')
  if (checkedAt === undefined) return 'Never computed in full.'
  return `Computed in full at ${textOf(checkedAt)}${drift === undefined ? '.' : `, drift ${textOf(drift)}.`}`
}

const underWay = (trait: JsonObject): readonly string[] => {
  const { cause, phase, percent, place, askedBy } = objectOf(trait, 'computation')
  if (phase === undefined) return []
  const where = place === undefined ? `${textOf(percent)} %` : `place ${textOf(place)} in the queue`
  return [`Now: ${textOf(cause)}, ${textOf(phase)}, ${where}, asked by ${textOf(askedBy)}.`]
}

const showTrait = (answer: JsonObject): string => {
  const trait = objectOf(answer, 'computedTrait')
  const figures = objectOf(trait, 'figures')
  const users = listOf(figures, 'usedBy').map((one) => `${textOf(one['kind']).replace('_', ' ')} ${textOf(one['name'])}`)
  return [
    `${textOf(trait['key'])}: ${textOf(trait['sentence'])}`,
    textOf(objectOf(trait, 'definition')['query']),
    '',
    `${textOf(trait['status'])}${trait['reason'] === undefined ? '' : `: ${textOf(trait['reason'])}`}`,
    `${textOf(peopleOf(trait))} people have a value${figures['example'] === undefined ? '' : `, for example ${JSON.stringify(figures['example'])}`}.`,
    checkedLine(trait),
    ...underWay(trait),
    `Used by: ${users.length === 0 ? 'nothing' : users.join(', ')}`,
  ].join('\n')
}

const showRuns = (answer: JsonObject): string => {
  const trait = objectOf(answer, 'computedTrait')
  return [checkedLine(trait), ...underWay(trait)].join('\n')
}

const one = async (there: Api, id: string): Promise<JsonObject> => {
  const trait = objectOf(await there.get(at(id)), 'computedTrait')
  return { computedTrait: (await withFigures(there, [trait]))[0] ?? trait }
}

/** `usher computed-trait list | show <trait> | runs <trait>`: what is computed, of how many people, and what the night found to have drifted. */
export const computedTraitCommand = (program: Command, { api, print }: Session): void => {
  const trait = program.command('computed-trait').description('what is computed of people, and whether it is right')
  trait
    .command('list')
    .description('every computed trait, how many people have one, and the drift that its last full computation found')
    .action(async () => {
      const there = await api()
      const answer = await there.get('/computed-traits', { count: '200' })
      print({ ...answer, computedTraits: [...(await withFigures(there, listOf(answer, 'computedTraits')))] }, showTraits)
    })
  trait
    .command('show <trait>')
    .description('one of them: what it is, its status, who uses it')
    .action(async (id: string) => print(await one(await api(), id), showTrait))
  trait
    .command('runs <trait>')
    .description('the last full computation and its drift, and the one under way')
    .option('--now', 'have it computed in full now')
    .action(async (id: string, { now }: { now?: true }) => {
      const there = await api()
      if (now) await there.post(at(id, '/runs'))
      print(await one(there, id), showRuns)
    })
}
