import type pg from 'pg'
import { createSource, createSpace } from '../../src/space/space.ts'
import { type Bench, type Figure, timed } from './bench.ts'
import { concurrently, createPoster } from './support/post.ts'
import { startProcess } from './support/process.ts'

const BATCHES = 1_000
const PER_BATCH = 100
const PEOPLE = 20_000
const WIDTH = 8

type Call = {
  readonly type: string
  readonly userId: string
  readonly messageId: string
  readonly timestamp: string
  readonly event?: string
  readonly properties?: object
  readonly traits?: object
  readonly context: object
}

const callOf = (n: number, start: number): Call => {
  const person = (n * 7919) % PEOPLE
  const base = {
    userId: `user ${person}`,
    messageId: `message ${n}`,
    timestamp: new Date(start - (n % 86_400) * 1_000).toISOString(),
    context: { library: { name: 'bench', version: '1' }, ip: '203.0.113.7' },
  }
  if (n % 10 === 0)
    return {
      ...base,
      type: 'identify',
      traits: { email: `user${person}@example.com`, name: `Person ${person}`, plan: n % 3 === 0 ? 'pro' : 'free', visits: n },
    }
  return {
    ...base,
    type: 'track',
    event: n % 4 === 0 ? 'Order Completed' : 'Product Viewed',
    properties: { revenue: n % 200, product_id: `sku ${n % 500}`, currency: 'USD' },
  }
}

const batches = (start: number): readonly (readonly Call[])[] =>
  Array.from({ length: BATCHES }, (_, b) => Array.from({ length: PER_BATCH }, (_, i) => callOf(b * PER_BATCH + i, start)))

const BARE = `insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
  select 'bare', md5(r.person)::uuid, r.timestamp, r.message_id, r.type, r.name, r.properties::jsonb, r.context::jsonb, 'src', $8
  from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    as r (person, timestamp, message_id, type, name, properties, context)`

// What anybody would write who only wants the rows stored: one insert a batch, no profile, no deduplication.
const insertBare = (pool: pg.Pool, calls: readonly Call[]) =>
  pool.query(BARE, [
    calls.map((c) => c.userId),
    calls.map((c) => c.timestamp),
    calls.map((c) => c.messageId),
    calls.map((c) => c.type),
    calls.map((c) => c.event ?? c.type),
    calls.map((c) => JSON.stringify(c.properties ?? c.traits)),
    calls.map((c) => JSON.stringify(c.context)),
    new Date(),
  ])

/** Durable ingest over HTTP in batches of 100, answered after the commit with profiles up to date, against bare inserts of the same rows. */
export const ingest: Bench = {
  name: 'ingest',
  what: 'durable ingest over HTTP in batches of 100, profiles up to date, against bare unnest inserts of the same rows',
  run: async ({ url, connection, another, say }): Promise<readonly Figure[]> => {
    const start = Date.now() - 3_600_000
    const work = batches(start)
    await createSpace(connection.db, { id: 'spa_bench', slug: 'bench', name: 'bench' }, new Date())
    await createSource(
      connection.db,
      { spaceId: 'spa_bench', id: 'src', name: 'bench', kind: 'server', writeKey: 'bench' },
      new Date(),
    )
    const api = await startProcess('api', { DATABASE_URL: url })
    const poster = createPoster(api.url, 'bench', WIDTH)
    const bodies = work.map((batch) => JSON.stringify({ batch }))
    const refused: number[] = []
    const send = async (body: string): Promise<void> => {
      const status = await poster.post('/v1/batch', body)
      if (status !== 200) refused.push(status)
    }
    await concurrently([JSON.stringify({ batch: [callOf(-1, start)] })], 1, send)
    const oursMs = await timed(() => concurrently(bodies, WIDTH, send))
    const { rows } = await connection.pool.query<{ events: number; people: number }>(
      `select (select count(*) from event where space_id = 'spa_bench') as events, (select count(*) from profile where space_id = 'spa_bench' and merged_into is null) as people`,
    )
    const bare = await another()
    await bare.connection.pool.query(PARTITIONS(start))
    const otherMs = await timed(() =>
      concurrently(work, WIDTH, async (batch) => void (await insertBare(bare.connection.pool, batch))),
    )
    const memory = api.peakMemoryMb()
    poster.close()
    await api.stop()
    say(
      `  ${rows[0]?.events} events and ${rows[0]?.people} people stored, ${refused.length} batches refused, api ${Math.round(memory)} MB`,
    )
    const total = BATCHES * PER_BATCH
    const [ours, other] = [(total / oursMs) * 1_000, (total / otherMs) * 1_000]
    const complete = refused.length === 0 && (rows[0]?.events ?? 0) >= total
    return [
      {
        name: 'ingest',
        ours,
        other,
        unit: 'events/s',
        ratio: ours / other,
        goal: '≥ 5,000 events/s and ≥ 0.5×',
        met: complete && ours >= 5_000 && ours / other >= 0.5,
      },
      {
        name: 'ingest: memory of the API',
        ours: memory,
        other: undefined,
        unit: 'MB',
        ratio: undefined,
        goal: '≤ 600 MB',
        met: memory <= 600,
      },
    ]
  },
}

const PARTITIONS = (start: number): string => {
  const months = [-1, 0, 1].map(
    (offset) => new Date(Date.UTC(new Date(start).getUTCFullYear(), new Date(start).getUTCMonth() + offset, 1)),
  )
  return months
    .map(
      (month, at) =>
        `create table event_bare_${at} partition of event for values from ('${month.toISOString()}') to ('${new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1)).toISOString()}')`,
    )
    .join(';')
}
