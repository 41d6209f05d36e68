import { randomBytes } from 'node:crypto'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { LIMITS } from '../../src/audience/evaluate.ts'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { limitsWith } from '../../src/space/limit.ts'
import { aside, type Bench, type Figure, load, median, type Opened, type Scale, timed } from './bench.ts'
import { addAudience, reset } from './support/audiences.ts'
import { HUNDRED } from './support/hundred.ts'
import { knownUser, type Population } from './support/population.ts'

const CHANGED = 1_000
const MANY = 100_000
const MINUTE_MS = 60_000
const ROUNDS = 5
const SECOND_MS = 1_000

/** A population with its hundred audiences, and the instant that it has reached. */
type World = Opened & Population & { clock: number; readonly scratch: number }

const tick = async (world: World): Promise<number> => {
  let changed = 0
  for (let more = true; more; ) {
    const ticked = await evaluateDue(world.connection.db, new Date(world.clock))
    if (ticked.failed.length > 0) throw new Error(ticked.failed.join('; '))
    changed += ticked.changed
    more = ticked.more
  }
  return changed
}

// Nobody waits for a place: that all of them are new at once is what is measured.
const ALL_AT_ONCE = limitsWith({ new_at_once: null, batch_at_once: null })

const open = async (place: Opened & Population, say: (line: string) => void): Promise<World> => {
  const { connection, spaceId, now } = place
  await reset(place)
  for (const [key, condition] of HUNDRED) await addAudience(connection, spaceId, key, condition, now)
  const took = await timed(async () => {
    const { failed } = await evaluateFullyDue(connection.db, now, LIMITS, ALL_AT_ONCE)
    if (failed.length > 0) throw new Error(failed.join('; '))
  })
  // What Postgres would do beside us in the next minutes, so that it is not done while we measure.
  await connection.pool.query(
    'vacuum analyze profile, membership, membership_change, computation_wake, computation_due, due_profile, outbox',
  )
  await connection.pool.query('checkpoint')
  const { rows } = await connection.pool.query<{ n: number }>('select count(*) as n from membership where space_id = $1', [
    spaceId,
  ])
  say(
    `  ${place.profiles.toLocaleString('en')} profiles: 100 audiences with ${rows[0]?.n.toLocaleString('en')} memberships computed in ${(took / 1_000).toFixed(1)} s`,
  )
  const world = { ...place, clock: now.getTime(), scratch: took }
  await tick(world)
  return world
}

// Spread evenly over the population and over the second before: an order, a look, an opened mail or another plan each.
const callOf = (world: World, round: number, i: number, of: number) => {
  const userId = knownUser(Math.floor((i * world.profiles * 0.9) / of) + round)
  const base = {
    userId,
    messageId: `tick ${world.clock} ${i}`,
    timestamp: new Date(world.clock - 1 - ((i * 7) % 998)).toISOString(),
  }
  if (i % 4 === 0) return { ...base, type: 'identify', traits: { plan: i % 8 === 0 ? 'enterprise' : 'team' } }
  const event = ['Email Opened', 'Order Completed', 'Product Viewed'][(i % 4) - 1]
  return { ...base, type: 'track', event, properties: { revenue: 120 + (i % 60), category: 'music', product_id: `sku ${i}` } }
}

const change = async (world: World, round: number, of = CHANGED): Promise<void> => {
  world.clock += SECOND_MS
  const { db } = world.connection
  const source = { spaceId: world.spaceId, sourceId: 'src' }
  for (let from = 0; from < of; from += CHANGED) {
    const calls = Array.from({ length: CHANGED }, (_, i) => callOf(world, round, from + i, of))
    const results = await ingestCalls(db, source, calls, { receivedAt: new Date(world.clock), random: (n) => randomBytes(n) })
    if (results.some(({ status }) => status !== 'stored')) throw new Error(`not stored: ${JSON.stringify(results[0])}`)
  }
}

type Round = Readonly<Record<'idle' | 'time' | 'minute' | 'changed' | 'memberships', number>>

/** One round: a tick in which nothing happened, after a second, after a minute has passed, and after 1,000 profiles have changed. */
const roundOf = async (world: World, round: number): Promise<Round> => {
  const idle = await timed(() => tick(world))
  world.clock += SECOND_MS
  const time = await timed(() => tick(world))
  world.clock += MINUTE_MS
  const minute = await timed(() => tick(world))
  await change(world, round)
  let memberships = 0
  const changed = await timed(async () => {
    memberships = await tick(world)
  })
  return { idle, time, minute, changed, memberships }
}

const medianOf = (rounds: readonly Round[], what: keyof Round): number => median(rounds.map((round) => round[what]))

type Measured = {
  readonly large: readonly Round[]
  readonly small: readonly Round[]
  readonly many: number
  readonly scratch: number
}

const figuresOf = ({ large, small, many, scratch }: Measured, scale: Scale): readonly Figure[] => {
  const [changed, fewer] = [medianOf(large, 'changed'), medianOf(small, 'changed')]
  const [idle, minute] = [medianOf(large, 'idle'), medianOf(large, 'minute')]
  const size = `${scale.profiles.toLocaleString('en')} profiles`
  return [
    {
      ...aside(`tick: all 100 audiences from scratch, ${size}`, scratch / 1_000, 's'),
      goal: '≤ 60 s',
      met: scratch <= 60_000,
      note: `none waits for a place; ${load()}`,
    },
    { ...aside(`tick: 100 audiences, ${size}, nothing changed`, idle, 'ms'), goal: '≤ 50 ms', met: idle <= 50, note: load() },
    aside(`tick: 100 audiences, ${size}, a second passed`, medianOf(large, 'time'), 'ms'),
    {
      ...aside(`tick: 100 audiences, ${size}, a minute passed`, minute, 'ms'),
      goal: '≤ 200 ms',
      met: minute <= 200,
      note: `everybody with an event that crossed an edge is looked at; ${load()}`,
    },
    {
      ...aside(`tick: 100 audiences, ${size}, ${MANY.toLocaleString('en')} profiles changed`, many / 1_000, 's'),
      goal: '≤ 20 s',
      met: many <= 20_000,
      note: load(),
    },
    {
      ...aside(`tick: 100 audiences, ${size}, 1,000 profiles changed`, changed, 'ms'),
      goal: '≤ 1,000 ms',
      met: changed <= 1_000,
      note: `${medianOf(large, 'memberships').toLocaleString('en')} memberships changed; ${load()}`,
    },
    {
      name: `tick: 1,000 profiles changed, ${size} against a tenth`,
      ours: changed,
      other: fewer,
      unit: 'ms',
      ratio: changed / fewer,
      goal: '≤ 1.3×',
      met: changed / fewer <= 1.3,
      note: `${medianOf(small, 'memberships').toLocaleString('en')} memberships changed there; in turns; ${load()}`,
    },
  ]
}

/** The incremental tick over a hundred audiences: what it costs must follow what changed, not how many people there are. */
export const tickBench: Bench = {
  name: 'tick',
  what: 'the tick over 100 audiences: nothing changed, a minute passed, 1,000 and 100,000 profiles changed, and 1,000 of a tenth of the people',
  run: async (place) => {
    const { scale, say } = place
    const tenth = { profiles: Math.ceil(scale.profiles / 10), events: Math.ceil(scale.events / 10) }
    const large = await open(await place.seeded(scale), say)
    const small = await open(await place.seeded(tenth), say)
    const rounds: { large: Round[]; small: Round[] } = { large: [], small: [] }
    await Promise.all([change(large, 0).then(() => tick(large)), change(small, 0).then(() => tick(small))])
    for (let round = 1; round <= ROUNDS; round++) {
      rounds.large.push(await roundOf(large, round))
      rounds.small.push(await roundOf(small, round))
    }
    await change(large, 0, MANY)
    const many = await timed(() => tick(large))
    for (const world of [large, small]) await reset(world)
    return figuresOf({ ...rounds, many, scratch: large.scratch }, scale)
  },
}
