import { must } from '../../src/base/must.ts'
import { ensurePartitions } from '../../src/event/partitions.ts'
import { createSource, createSpace } from '../../src/space/space.ts'
import { aside, type Bench, type Figure, load, memoryFigure, type Opened, type Place, timed } from './bench.ts'
import { reset } from './support/audiences.ts'
import { insertEvents, insertRows, type Person, type Rows, rowsOf } from './support/bare-rows.ts'
import { batchesOf, type Call, type Callers } from './support/calls.ts'
import { knownUser } from './support/population.ts'
import { basic, concurrently, createPoster, type Poster } from './support/post.ts'
import { type Running, startProcess } from './support/process.ts'

const PER_BATCH = 100
/** So many senders at once: a few, and as many as a busy space has. */
const FEW = 8
const MANY = 24
const SLICES = 3
/** Batches of a slice: sides take turns slice by slice. */
const SLICE = 200
const SPACE = 'spa_bench'
const WRITE_KEY = 'bench'
type Batch = readonly Call[]

const prepare = async ({ connection }: Opened, start: number): Promise<void> => {
  const now = new Date()
  await createSpace(connection.db, { id: SPACE, slug: 'bench', name: 'bench' }, now)
  await createSource(connection.db, { spaceId: SPACE, id: 'src', name: 'bench', kind: 'server', writeKey: WRITE_KEY }, now)
  await ensurePartitions(connection.db, [start, start - 86_400_000], now)
}

const sendAll = async (poster: Poster, batches: readonly Batch[], width: number): Promise<number> => {
  const bodies = batches.map((batch) => JSON.stringify({ batch }))
  return timed(() =>
    concurrently(bodies, width, async (body) => {
      const status = await poster.post('/v1/batch', body)
      if (status !== 200) throw new Error(`a batch was answered with ${status}`)
    }),
  )
}

const storeAll = (rows: readonly Rows[], width: number, store: (rows: Rows) => Promise<void>): Promise<number> =>
  timed(() => concurrently(rows, width, store))

type Took = { ours: number; bare: number; events: number; calls: number }
const none = (): Took => ({ ours: 0, bare: 0, events: 0, calls: 0 })

const counted = async ({ connection }: Opened): Promise<string> => {
  const { rows } = await connection.pool.query<{ rows: readonly number[] }>(
    `select array[(select count(*) from event where space_id = $1), (select count(*) from event_seen where space_id = $1),
      (select count(*) from profile where space_id = $1), (select count(*) from profile_identifier where space_id = $1),
      (select count(*) from profile_change where space_id = $1)]::integer[] as rows`,
    [SPACE],
  )
  const { rows: numbers } = must(rows[0], 'one row')
  return numbers.map((n) => n.toLocaleString('en')).join(' / ')
}

const rateFigure = (name: string, width: number, { ours, bare, calls }: Took): Figure => {
  const [rate, other] = [(calls / ours) * 1_000, (calls / bare) * 1_000]
  return {
    name: `ingest: ${name}, ${width} senders`,
    ours: rate,
    other,
    unit: 'events/s',
    ratio: rate / other,
    goal: '≥ 5,000 events/s and ≥ 0.5×',
    met: rate >= 5_000 && rate / other >= 0.5,
    note: `other: the same rows in the same tables, one unnest statement a batch, worked out beforehand, ${width} at a time; ${load()}`,
  }
}

/** An empty space that fills: our side, every row of it stored bare in a database of its own, and only the events in a third. */
const young = async (place: Place, api: Running, poster: Poster): Promise<readonly Figure[]> => {
  const callers: Callers = { user: (n) => `user ${n}`, count: 20_000, start: Date.now() - 3_600_000 }
  const [bare, log] = [await place.another(), await place.another()]
  for (const opened of [place, bare, log]) await prepare(opened, callers.start)
  const people = new Map<string, Person>()
  await sendAll(poster, batchesOf(-PER_BATCH, 1, PER_BATCH, callers), 1)
  const cpu = api.cpuSeconds()
  const took = { few: none(), many: none() }
  for (let slice = 0; slice < 2 * SLICES; slice++) {
    const [side, width] = slice % 2 === 0 ? [took.few, FEW] : [took.many, MANY]
    const batches = batchesOf(slice * SLICE * PER_BATCH, SLICE, PER_BATCH, callers)
    const rows = batches.map((batch) => rowsOf(people, batch))
    side.calls += SLICE * PER_BATCH
    side.ours += await sendAll(poster, batches, width)
    side.bare += await storeAll(rows, width, (each) => insertRows(bare.connection.pool, SPACE, each))
    side.events += await storeAll(rows, width, (each) => insertEvents(log.connection.pool, SPACE, each))
  }
  const used = (api.cpuSeconds() - cpu) / (took.few.calls + took.many.calls)
  const tables = 'event / event_seen / profile / profile_identifier / profile_change'
  place.say(`  rows of ${tables}: ours ${await counted(place)}, bare ${await counted(bare)}`)
  const { many } = took
  return [
    rateFigure('durable, by HTTP in batches of 100, profiles up to date', MANY, many),
    rateFigure('the same', FEW, took.few),
    aside(`ingest: bare inserts of the events alone, ${MANY} at a time`, (many.calls / many.events) * 1_000, 'events/s', {
      note: `ours is ${(many.events / many.ours).toFixed(2)}× of it`,
    }),
    aside('ingest: processor time of the API per 1,000 events', used * 1_000_000, 'ms'),
    memoryFigure('ingest', 'API', api.peakMemoryMb()),
  ]
}

const LOAD = `select identifiers -> 'user_id' ->> 0 as user, id, traits, trait_times as times, identifiers, created_at as "createdAt",
  extract(epoch from last_seen_at)::float8 * 1000 as "lastSeen"
  from profile where space_id = $1 and id in (select profile_id from profile_identifier where space_id = $1 and type = 'user_id' and value = any($2))`

const peopleOf = async ({ connection }: Opened, batches: readonly Batch[]): Promise<Map<string, Person>> => {
  const users = [...new Set(batches.flatMap((batch) => batch.map((call) => call.userId)))]
  const { rows } = await connection.pool.query<Person & { user: string }>(LOAD, [SPACE, users])
  return new Map(rows.map(({ user, ...person }) => [user, { ...person }]))
}

/** The same among a million people who are there already and have not been seen for long: each event rewrites a profile, on both sides. */
const grown = async (place: Place): Promise<Figure> => {
  const world = await place.seeded(place.scale)
  await reset(world)
  const api = await startProcess('api', { DATABASE_URL: world.url })
  const poster = createPoster(api.url, basic(WRITE_KEY), MANY)
  const start = world.now.getTime() + 86_400_000
  const callers: Callers = { user: knownUser, count: Math.floor(place.scale.profiles * 0.89), start }
  await ensurePartitions(world.connection.db, [start, start - 86_400_000], new Date())
  await sendAll(poster, batchesOf(-PER_BATCH, 1, PER_BATCH, callers), 1)
  const took = none()
  for (let slice = 0; slice < SLICES; slice++) {
    const [mine, theirs] = [0, 1].map((side) => batchesOf((2 * slice + side) * SLICE * PER_BATCH, SLICE, PER_BATCH, callers)) as [
      readonly Batch[],
      readonly Batch[],
    ]
    const people = await peopleOf(world, theirs)
    const rows = theirs.map((batch) => rowsOf(people, batch))
    took.calls += SLICE * PER_BATCH
    took.ours += await sendAll(poster, mine, MANY)
    took.bare += await storeAll(rows, MANY, (each) => insertRows(world.connection.pool, SPACE, each))
  }
  poster.close()
  await api.stop()
  await reset(world)
  return rateFigure(`the same among ${place.scale.profiles.toLocaleString('en')} people not seen for long`, MANY, took)
}

/** Durable ingest over HTTP in batches of 100, answered after the commit with profiles up to date, against bare inserts of the same rows. */
export const ingest: Bench = {
  name: 'ingest',
  what: 'durable ingest over HTTP in batches of 100, profiles up to date, against bare unnest inserts of the same rows',
  run: async (place) => {
    const api = await startProcess('api', { DATABASE_URL: place.url })
    const poster = createPoster(api.url, basic(WRITE_KEY), MANY)
    const figures = await young(place, api, poster)
    poster.close()
    await api.stop()
    return [...figures, await grown(place)]
  },
}
