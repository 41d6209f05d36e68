import { type Catalog, loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { LIMITS } from '../../src/audience/evaluate.ts'
import { runNow } from '../../src/audience/save.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import { must } from '../../src/base/must.ts'
import { limitsWith } from '../../src/space/limit.ts'
import { aside, type Bench, type Figure, load, type Opened, timed } from './bench.ts'
import { ask, type Found, inOneOrMany, type Processes, type Statement, same } from './support/asking.ts'
import { addAudience, reset } from './support/audiences.ts'
import { diffOf } from './support/by-hand.ts'
import { AUDIENCES, type Hundredth } from './support/hundred.ts'
import { heldHere } from './support/memory.ts'
import type { Population } from './support/population.ts'

type World = Opened & Population & { readonly catalog: Catalog; readonly say: (line: string) => void }

const idOf = ({ key }: Hundredth): string => `aud_${key}`

/** Only these families, for whoever works on one. */
const CHOSEN = process.env['FAMILIES']?.split(',')
const chosen = AUDIENCES.filter(({ family }) => CHOSEN?.includes(family) ?? true)

const compiled = ({ connection, spaceId, now, catalog }: World, { condition, collection }: Hundredth): Statement => {
  const filterByExternalIds = collection === 'users' ? DEFAULT_EXTERNAL_IDS : undefined
  const built = compile(condition, { spaceId, now, catalog, collection, filterByExternalIds })
  const { sql: text, parameters } = built.compile(connection.db)
  return { text, parameters }
}

type Way = Statement & { readonly name: string; readonly processes: Processes }
type Timed = { readonly ms: number; readonly found: Found }

const askTimed = async (world: World, processes: Processes, statement: Statement): Promise<Timed> => {
  let found: Found = { n: 0, mark: 0 }
  const ms = await timed(async () => {
    found = await ask(world, processes, statement)
  })
  return { ms, found }
}

const fastest = <T extends { readonly ms: number }>(list: readonly T[]): T =>
  must(list.toSorted((a, b) => a.ms - b.ms)[0], 'one of them')

// What takes long is noisy by little: it is asked twice, the rest more often. Of each side the fastest counts.
const roundsFor = (ms: number): number => (ms < 300 ? 4 : ms < 1_000 ? 2 : 1)

const alternately = async (times: number, sides: readonly (() => Promise<number>)[]): Promise<readonly number[]> => {
  const least = sides.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < times; round++)
    for (const [index, side] of sides.entries()) least[index] = Math.min(least[index] ?? 0, await side())
  return least
}

type Compared = { readonly ours: number; readonly other: number }
type Matched = Compared & {
  readonly each: Hundredth
  readonly n: number
  readonly agree: boolean
  readonly way: Way
  /** The best by hand where Postgres may set several processes to it. */
  readonly parallel: number
}

/** Who matches, computed and nothing else, by one process, against each way by hand. */
const whoMatches = async (world: World, each: Hundredth): Promise<Matched> => {
  const query = compiled(world, each)
  const first = await askTimed(world, 'one process', query)
  const ways: (Way & Timed)[] = []
  for (const [name, text] of each.byHand(world)) {
    const way: Way = { name, text, parameters: [world.spaceId], processes: 'one process' }
    ways.push({ ...way, ...(await askTimed(world, way.processes, way)) })
  }
  const { ms: once, ...way } = fastest(ways)
  const parallel = await askTimed(world, 'parallel', way)
  const [ours = 0, other = 0] = await alternately(roundsFor(once), [
    async () => (await askTimed(world, 'one process', query)).ms,
    async () => (await askTimed(world, 'one process', way)).ms,
  ])
  const agree = ways.every(({ found }) => same(found, first.found))
  return {
    each,
    n: first.found.n,
    agree,
    way,
    ours: Math.min(ours, first.ms),
    other: Math.min(other, once),
    parallel: parallel.ms,
  }
}

/** What it takes from being marked, as the night marks all, to being done. */
const fully = async ({ connection, spaceId, now }: World, each: Hundredth): Promise<number> => {
  await runNow(connection.db, 'audience', { spaceId, by: 'bench', now }, idOf(each))
  return timed(async () => {
    const { failed } = await evaluateFullyDue(connection.db, now)
    if (failed.length > 0) throw new Error(failed.join())
  })
}

/** A whole evaluation that changes nothing, against the best by hand with the difference to the members. */
const unchanged = async (world: World, { each, way, other: once }: Matched): Promise<Compared> => {
  const diff = diffOf(world, idOf(each), way)
  const [ours = 0, other = 0] = await alternately(Math.max(2, roundsFor(once)), [
    () => fully(world, each),
    () => timed(() => inOneOrMany(world, 'one process', diff)),
  ])
  return { ours, other }
}

const mean = (ratios: readonly number[]): number =>
  Math.exp(ratios.reduce((sum, each) => sum + Math.log(each), 0) / ratios.length)
const ratioOf = ({ ours, other }: Compared): number => ours / other
const two = (n: number): string => n.toFixed(2)

type Row = { readonly matched: Matched; readonly full: Compared }

const figureOf = (what: string, { each, n, agree, way }: Matched, { ours, other }: Compared): Figure => ({
  name: `hundred: ${what}, ${each.key}`,
  detail: true,
  ...{ ours, other, unit: 'ms', ratio: ours / other, goal: '≤ 1.2× the best by hand', met: agree && ours / other <= 1.2 },
  note: `${n.toLocaleString('en')} match; ${way.name}${agree ? '' : '; THE ANSWERS DIFFER'}`,
})

/** What the hundred come to: the mean, and the worst by name. */
const summary = (what: string, rows: readonly Row[], of: (row: Row) => Compared): Figure => {
  const ratios = rows.map((row) => ratioOf(of(row)))
  const worst = rows.toSorted((a, b) => ratioOf(of(b)) - ratioOf(of(a))).slice(0, 5)
  const names = worst.map((row) => `${row.matched.each.key} ${two(ratioOf(of(row)))} (${Math.round(of(row).ours)} ms)`)
  return {
    name: `hundred: ${what}, geometric mean over ${rows.length} audiences`,
    ours: rows.reduce((sum, row) => sum + of(row).ours, 0),
    other: rows.reduce((sum, row) => sum + of(row).other, 0),
    ...{ unit: 'ms', ratio: mean(ratios), goal: '≤ 1.05× the best by hand', met: mean(ratios) <= 1.05 },
    note: `${ratios.filter((each) => each > 1.2).length} above 1.2×; worst: ${names.join(', ')}; times are sums; ${load()}`,
  }
}

const measure = async (world: World): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for (const [family, members] of Map.groupBy(chosen, (each) => each.family)) {
    for (const each of members) {
      const matched = await whoMatches(world, each)
      rows.push({ matched, full: await unchanged(world, matched) })
    }
    const mine = rows.slice(-members.length)
    const said = mine.map(({ matched, full }) => `${two(ratioOf(matched))}/${two(ratioOf(full))}`).join(' ')
    world.say(`  ${family}: who matches/full evaluation, against the best by hand: ${said}; ${load()}`)
  }
  return rows
}

// Nobody waits for a place: that all of them are new at once is what is measured.
const ALL_AT_ONCE = limitsWith({ new_at_once: null, batch_at_once: null })

const settle = async ({ connection, now }: World): Promise<void> => {
  const { failed } = await evaluateFullyDue(connection.db, now, LIMITS, ALL_AT_ONCE)
  if (failed.length > 0) throw new Error(failed.join('; '))
  for (let more = true; more; ) more = (await evaluateDue(connection.db, now)).evaluated > 0
}

// What autovacuum does in the minutes after, so that it is not done while we measure.
const tidy = async ({ connection: { pool } }: World): Promise<void> => {
  await pool.query(
    'vacuum analyze profile, membership, membership_change, computation_wake, computation_due, due_profile, outbox',
  )
  await pool.query('checkpoint')
}

const scratch = async (world: World): Promise<number> => {
  for (const { key, condition } of AUDIENCES) await addAudience(world.connection, world.spaceId, key, condition, world.now)
  const took = await timed(() => settle(world))
  await tidy(world)
  return took
}

const HISTORY_PER_PROFILE = 10

/** A year of entries and exits of everybody, as if the hundred had changed so often: made in the database. */
const addHistory = async ({ connection: { pool }, spaceId, profiles, now, say }: World): Promise<number> => {
  const count = HISTORY_PER_PROFILE * profiles
  say(`  history: ${count.toLocaleString('en')} rows of membership_change, made by SQL`)
  await pool.query(
    `insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at, evaluation)
      select $1, p.id, md5('history ' || p.id || ' ' || n)::uuid, 'aud_' || ($3::text[])[1 + (p.place * 7 + n * 13) % 100],
        case when n % 2 = 0 then 'entered' else 'exited' end, $2::timestamptz - (n * 36 + p.place % 36) * interval '1 day' / 1.0, n
      from (select id, row_number() over (order by id) as place from profile where space_id = $1 and collection = 'users') as p
        cross join generate_series(1, ${HISTORY_PER_PROFILE}) as n order by p.id`,
    [spaceId, now, AUDIENCES.map(({ key }) => key)],
  )
  return count
}

/** Everybody enters again: nobody is a member, and all hundred are computed in full. */
const again = async (world: World): Promise<number> => {
  const { pool, db } = world.connection
  await pool.query('truncate membership')
  for (const each of AUDIENCES) await runNow(db, 'audience', { spaceId: world.spaceId, by: 'bench', now: world.now }, idOf(each))
  return timed(() => settle(world))
}

/** The same evaluations and the same beginning before and after: against the hand-written text each time, for the machine is another by then. */
const history = async (world: World, rows: readonly Row[]): Promise<readonly Figure[]> => {
  const first = await again(world)
  const count = await addHistory(world)
  await tidy(world)
  const second = await again(world)
  await tidy(world)
  const ratios: number[] = []
  for (const { matched, full } of rows) ratios.push(ratioOf(await unchanged(world, matched)) / ratioOf(full))
  const name = `hundred: with ${count.toLocaleString('en')} rows of history`
  return [
    {
      ...aside(`${name}, full evaluations when nothing changed, geometric mean`, mean(ratios), '×'),
      ...{ goal: '≤ 1.1× without', met: mean(ratios) <= 1.1, note: `both against the same by hand; ${load()}` },
    },
    {
      ...aside(`${name}, all from scratch`, second / 1_000, 's', { other: first / 1_000, ratio: second / first }),
      ...{ goal: '≤ 1.1× without', met: second / first <= 1.1, note: load() },
    },
  ]
}

const members = async ({ connection: { pool }, spaceId }: World): Promise<number> =>
  (await pool.query<{ n: number }>('select count(*) as n from membership where space_id = $1', [spaceId])).rows[0]?.n ?? 0

/** A hundred audiences over the whole language: each whole evaluation against the best by hand, and all of them from scratch. */
export const hundred: Bench = {
  name: 'hundred',
  what: 'a hundred audiences over every operator, measure and leaf, each against the best SQL by hand; all from scratch; with a long history',
  run: async (place) => {
    const seeded = await place.seeded(place.scale)
    await reset(seeded)
    const bare: World = { ...seeded, say: place.say, catalog: { audiences: new Map(), computedTraits: new Map() } }
    const first = await scratch(bare)
    const world: World = { ...bare, catalog: await loadCatalog(seeded.connection.db, seeded.spaceId) }
    const heap = heldHere().heap
    const entered = await members(world)
    place.say(`  all from scratch: ${(first / 1_000).toFixed(1)} s, ${entered.toLocaleString('en')} memberships; ${load()}`)
    const rows = await measure(world)
    const later = await history(world, rows)
    const after = heldHere().heap
    await world.connection.pool.query('truncate membership_change')
    await reset(seeded)
    return [
      ...rows.map(({ matched }) => figureOf('who matches', matched, matched)),
      ...rows.map(({ matched, full }) => figureOf('full evaluation when nothing changed', matched, full)),
      summary('who matches', rows, ({ matched }) => matched),
      summary('full evaluation when nothing changed', rows, ({ full }) => full),
      aside(
        'hundred: who matches, against the best by hand with several processes, geometric mean',
        mean(rows.map(({ matched }) => matched.ours / Math.min(matched.other, matched.parallel))),
        '×',
        { note: load() },
      ),
      {
        ...aside('hundred: all 100 from scratch', first / 1_000, 's'),
        ...{ goal: '≤ 60 s', met: first <= 60_000, note: `${entered.toLocaleString('en')} memberships; ${load()}` },
      },
      ...later,
      {
        ...aside('hundred: heap of the worker after all, against after the first hundred', after, 'MB', {
          other: heap,
          ratio: after / heap,
        }),
        ...{ goal: '≤ 1.2×', met: after / heap <= 1.2 },
      },
    ]
  },
}
