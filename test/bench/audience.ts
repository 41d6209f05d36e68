import { loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import { evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { runNow } from '../../src/audience/save.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import { must } from '../../src/base/must.ts'
import { aside, type Bench, type Figure, load, type Opened, roundMedians, timed } from './bench.ts'
import { addAudience, reset } from './support/audiences.ts'
import { CASES, type Case, diffOf, writesOf } from './support/by-hand.ts'
import type { Population } from './support/population.ts'

const ROUNDS = 3
type Place = Opened & Population
/** How many, and a number that differs when they are others. */
type Found = { readonly n: number; readonly mark: number }

const counting = (ids: string): string =>
  `select count(*) as n, bit_xor(uuid_hash_extended(found.profile_id, 0)) as mark from (${ids}) as found`

const ask = async ({ connection }: Opened, text: string, parameters: readonly unknown[]): Promise<Found> =>
  must((await connection.pool.query<Found>(counting(text), [...parameters])).rows[0], 'one row')

const compiled = async ({ connection, spaceId, now }: Place, { condition }: Case) => {
  const catalog = await loadCatalog(connection.db, spaceId)
  const built = compile(condition, { spaceId, now, catalog, filterByExternalIds: DEFAULT_EXTERNAL_IDS })
  return built.compile(connection.db)
}

const fastest = (took: Readonly<Record<string, number>>): readonly [string, number] =>
  must(
    Object.entries(took)
      .filter(([side]) => side !== 'ours')
      .toSorted(([, a], [, b]) => a - b)[0],
    'a query by hand',
  )

const same = (a: Found, b: Found): boolean => a.n === b.n && a.mark === b.mark

/** Who matches, computed and nothing else, against each way to write it by hand. */
const whoMatches = async (place: Place, each: Case): Promise<Figure> => {
  const { sql, parameters } = await compiled(place, each)
  const hand = each.byHand(place)
  const ours = await ask(place, sql, parameters)
  const answers = await Promise.all(hand.map(({ text, parameters: given }) => ask(place, text, given)))
  const agree = answers.every((answer) => same(answer, ours))
  const took = await roundMedians(ROUNDS, {
    ours: () => timed(() => ask(place, sql, parameters)),
    ...Object.fromEntries(hand.map(({ name, text, parameters: given }) => [name, () => timed(() => ask(place, text, given))])),
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
    note: `${ours.n.toLocaleString('en')} match; best by hand: ${name}${agree ? '' : '; THE ANSWERS DIFFER'}; ${load()}`,
  }
}

const evaluateFully = async ({ connection, spaceId, now }: Place, id: string): Promise<void> => {
  await runNow(connection.db, { spaceId, by: 'bench', now }, id)
  const { failed } = await evaluateFullyDue(connection.db, now)
  if (failed.length > 0) throw new Error(failed.join())
}

const bestByHand = async (place: Place, each: Case) => {
  const hand = each.byHand(place)
  const took = await roundMedians(
    1,
    Object.fromEntries(hand.map(({ name, text, parameters }) => [name, () => timed(() => ask(place, text, parameters))])),
  )
  const [name] = fastest(took)
  return must(
    hand.find((one) => one.name === name),
    'the best',
  )
}

/** The whole: first when everybody enters, then when nothing has changed, against one statement each that does the same by hand. */
const evaluation = async (place: Place, each: Case): Promise<readonly Figure[]> => {
  const { connection, spaceId, now } = place
  const best = await bestByHand(place, each)
  const id = await addAudience(connection, spaceId, each.key, each.condition, now)
  const first = await timed(() => evaluateFully(place, id))
  const tables = await writesOf(place, best)
  const firstByHand = await timed(() => tables.write())
  await tables.drop()
  const diff = diffOf(place, id, best)
  const byHand = (): Promise<number> => timed(() => connection.pool.query(diff.text, [...diff.parameters]))
  await byHand()
  const steady = await roundMedians(ROUNDS, { ours: () => timed(() => evaluateFully(place, id)), other: byHand })
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
