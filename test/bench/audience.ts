import { loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import { evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { runNow } from '../../src/audience/save.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import { must } from '../../src/base/must.ts'
import { aside, type Bench, type Figure, load, type Opened, roundMedians, timed } from './bench.ts'
import { ask, type Found, inOneOrMany, type Processes, same } from './support/asking.ts'
import { addAudience, reset } from './support/audiences.ts'
import { type ByHand, CASES, type Case, diffOf, writesOf } from './support/by-hand.ts'
import type { Population } from './support/population.ts'

const ROUNDS = 3
type Place = Opened & Population
/** Each way to write it by hand, with one process and with several. */
const waysOf = (place: Place, each: Case): readonly (ByHand & { readonly processes: Processes })[] =>
  each
    .byHand(place)
    .flatMap((hand) =>
      (['one process', 'parallel'] as const).map((processes) => ({ ...hand, processes, name: `${hand.name}, ${processes}` })),
    )

const compiled = async ({ connection, spaceId, now }: Place, { condition }: Case) => {
  const catalog = await loadCatalog(connection.db, spaceId)
  const built = compile(condition, { spaceId, now, catalog, filterByExternalIds: DEFAULT_EXTERNAL_IDS })
  const { sql: text, parameters } = built.compile(connection.db)
  return { text, parameters }
}

const fastest = (took: Readonly<Record<string, number>>): readonly [string, number] =>
  must(
    Object.entries(took)
      .filter(([side]) => side !== 'ours')
      .toSorted(([, a], [, b]) => a - b)[0],
    'a query by hand',
  )

/** Who matches, computed and nothing else, as an evaluation computes it, against each way to write it by hand. */
const whoMatches = async (place: Place, each: Case): Promise<Figure> => {
  const query = await compiled(place, each)
  const ways = waysOf(place, each)
  const ours = await ask(place, 'one process', query)
  const answers: Found[] = []
  for (const way of ways) answers.push(await ask(place, way.processes, way))
  const agree = answers.every((answer) => same(answer, ours))
  const took = await roundMedians(ROUNDS, {
    ours: () => timed(() => ask(place, 'one process', query)),
    ...Object.fromEntries(ways.map((way) => [way.name, () => timed(() => ask(place, way.processes, way))])),
  })
  const [name, other] = fastest(took)
  return {
    name: `audience: who matches, ${each.name}`,
    ours: took.ours,
    other,
    unit: 'ms',
    ratio: took.ours / other,
    goal: '≤ 1.2× the best by hand',
    met: agree && took.ours / other <= 1.2,
    note: `${ours.n.toLocaleString('en')} match; best of ${ways.length} by hand: ${name}${agree ? '' : '; THE ANSWERS DIFFER'}; ${load()}`,
  }
}

const evaluateFully = async ({ connection, spaceId, now }: Place, id: string): Promise<void> => {
  await runNow(connection.db, 'audience', { spaceId, by: 'bench', now }, id)
  const { failed } = await evaluateFullyDue(connection.db, now)
  if (failed.length > 0) throw new Error(failed.join())
}

// The best by hand for the whole: with the difference to the members that are there now.
const bestDiff = async (place: Place, each: Case, id: string) => {
  const ways = waysOf(place, each).map((way) => {
    const { text, parameters } = diffOf(place, id, way)
    return { ...way, diff: () => timed(() => inOneOrMany(place, way.processes, { text, parameters })) }
  })
  const took = await roundMedians(2, Object.fromEntries(ways.map(({ name, diff }) => [name, diff])))
  const [name] = fastest(took)
  return must(
    ways.find((way) => way.name === name),
    'the best',
  )
}

/** The whole: first when everybody enters, then when nothing has changed, against one statement each that does the same by hand. */
const evaluation = async (place: Place, each: Case): Promise<readonly Figure[]> => {
  const { connection, spaceId, now } = place
  const id = await addAudience(connection, spaceId, each.key, each.condition, now)
  const first = await timed(() => evaluateFully(place, id))
  const best = await bestDiff(place, each, id)
  const tables = await writesOf(place, best)
  const firstByHand = await timed(() => tables.write())
  await tables.drop()
  const steady = await roundMedians(ROUNDS, { ours: () => timed(() => evaluateFully(place, id)), other: best.diff })
  await reset(place)
  return [
    {
      name: `audience: full evaluation when nothing changed, ${each.name}`,
      ours: steady.ours,
      other: steady.other,
      unit: 'ms',
      ratio: steady.ours / steady.other,
      goal: '≤ 1.2× the best by hand',
      met: steady.ours / steady.other <= 1.2,
      note: `lock, who matches, difference to the members, history; other: ${best.name} with the difference to the members; ${load()}`,
    },
    aside(`audience: first evaluation, everybody enters, ${each.name}`, first, 'ms', {
      other: firstByHand,
      ratio: first / firstByHand,
      note: 'other: one statement that writes the same members and changes',
    }),
  ]
}

/** Full evaluation of audiences with two conditions: the compiled query, and all that an evaluation does around it. */
export const audience: Bench = {
  name: 'audience',
  what: 'full evaluation of audiences with two conditions, against the best SQL that a person would write',
  run: async (place) => {
    const seeded = await place.seeded(place.scale)
    await reset(seeded)
    const figures: Figure[] = []
    for (const each of CASES) {
      figures.push(await whoMatches(seeded, each))
      figures.push(...(await evaluation(seeded, each)))
    }
    return figures
  },
}
