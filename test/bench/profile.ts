import type { Condition } from '../../src/audience/condition.ts'
import { sha256 } from '../../src/base/hash.ts'
import { createToken } from '../../src/space/space.ts'
import { aside, type Bench, type Figure, load, memoryFigure, type Opened, quantile } from './bench.ts'
import { addAudience, reset } from './support/audiences.ts'
import { knownUser, type Population } from './support/population.ts'
import { atRate, createPoster } from './support/post.ts'
import { startProcess } from './support/process.ts'

const PER_SECOND = 200
const SECONDS = 6
/** Of each slice the first second wakes up what slept while the other side was asked. */
const WARMING = PER_SECOND
const SLICES = 3
const READERS = 2_000
const TRAITS = 50
const AUDIENCES = 5
const TOKEN = 'token_of_the_benchmark'

type World = Opened & Population

const ADDED = Array.from({ length: TRAITS }, (_, n) => `bench_${n}`)
const condition: Condition = {
  type: 'event',
  event: { name: 'Order Completed', within: '7 days' },
  measure: { kind: 'count' },
  compare: { operator: 'at_least', value: 1 },
}

/** People all over the table, as those whom an app asks for are. */
const readersOf = ({ profiles }: World): readonly string[] => {
  const known = Math.floor(profiles * 0.89)
  return Array.from({ length: Math.min(READERS, known) }, (_, n) => knownUser(Math.floor((n * known) / Math.min(READERS, known))))
}

const OF_READERS = `select profile_id from profile_identifier where space_id = $1 and collection = 'users' and type = 'user_id' and value = any($2)`

/** Readers get as many traits as PRF-10 asks for and are in some audiences. */
const furnish = async (world: World, readers: readonly string[]): Promise<void> => {
  const { connection, spaceId, now } = world
  const traits = JSON.stringify(Object.fromEntries(ADDED.map((key, n) => [key, `value ${n} of a trait`])))
  await connection.pool.query(`update profile set traits = traits || $3::jsonb where space_id = $1 and id in (${OF_READERS})`, [
    spaceId,
    readers,
    traits,
  ])
  for (let n = 0; n < AUDIENCES; n++) {
    const id = await addAudience(connection, spaceId, `read_${n}`, condition, now)
    await connection.pool.query(
      `insert into membership (space_id, audience_id, profile_id, entered_at) select $1, $3, profile_id, $4 from (${OF_READERS}) as r`,
      [spaceId, readers, id, now],
    )
  }
  await createToken(connection.db, { spaceId, name: 'bench', secret: TOKEN, kind: 'profile_api' }, now)
  await connection.pool.query('vacuum analyze profile, membership')
}

const leave = async (world: World, readers: readonly string[]): Promise<void> => {
  const { connection, spaceId } = world
  await connection.pool.query(`update profile set traits = traits - $3::text[] where space_id = $1 and id in (${OF_READERS})`, [
    spaceId,
    readers,
    ADDED,
  ])
  await connection.pool.query('delete from api_token where space_id = $1 and hash = $2', [spaceId, sha256(TOKEN)])
  await reset(world)
}

const waits = async (asked: readonly string[], ask: (reader: string) => Promise<void>): Promise<readonly number[]> => {
  const taken: number[] = []
  await atRate(asked, PER_SECOND, async (reader) => {
    const start = performance.now()
    await ask(reader)
    taken.push(performance.now() - start)
  })
  return taken
}

const BARE = `select p.traits from profile_identifier i join profile p on p.space_id = $1 and p.id = i.profile_id
  where i.space_id = $1 and i.collection = 'users' and i.type = 'user_id' and i.value = $2`

const measure = async (world: World, readers: readonly string[]): Promise<readonly Figure[]> => {
  const { connection, spaceId } = world
  const api = await startProcess('api', { DATABASE_URL: world.url, USHER_LIMITS: 'profile_api=none' })
  const poster = createPoster(api.url, `Bearer ${TOKEN}`, 32)
  const ours = async (reader: string): Promise<void> => {
    const status = await poster.get(
      `/v1/spaces/${spaceId}/collections/users/profiles/${encodeURIComponent(`user_id:${reader}`)}/traits?limit=200`,
    )
    if (status !== 200) throw new Error(`traits of ${reader} were answered with ${status}`)
  }
  const bare = async (reader: string): Promise<void> => {
    const { rows } = await connection.pool.query(BARE, [spaceId, reader])
    if (rows.length !== 1) throw new Error(`${reader} is not there`)
  }
  const ask = (slice: number): readonly string[] =>
    Array.from({ length: PER_SECOND * SECONDS }, (_, n) => readers[(slice * 7_919 + n * 613) % readers.length] ?? '')
  const taken: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] }
  // The first slice warms both up.
  for (let slice = 0; slice <= SLICES; slice++)
    for (const [side, read] of Object.entries({ ours, bare }) as ['ours' | 'bare', typeof ours][]) {
      const slow = await waits(ask(slice), read)
      if (slice > 0) taken[side].push(...slow.slice(WARMING))
    }
  poster.close()
  const cpu = api.cpuSeconds() / (PER_SECOND * SECONDS * (SLICES + 1))
  const memory = memoryFigure('profile', 'API', api.peakMemoryMb())
  await api.stop()
  const [p95, other] = [quantile(taken.ours, 0.95), quantile(taken.bare, 0.95)]
  return [
    {
      name: `profile: ${TRAITS + 10} traits and ${AUDIENCES} audiences, ${PER_SECOND} requests a second, p95 (PRF-10)`,
      ours: p95,
      other,
      unit: 'ms',
      ratio: p95 / other,
      goal: '≤ 5 ms',
      met: p95 <= 5,
      note: `other: the traits by one statement without HTTP, token or audiences; PRF-10 asks for 200 ms; ${load()}`,
    },
    aside('profile: the same, median', quantile(taken.ours, 0.5), 'ms', { other: quantile(taken.bare, 0.5) }),
    aside('profile: the same, p99', quantile(taken.ours, 0.99), 'ms', { other: quantile(taken.bare, 0.99) }),
    aside('profile: processor time of the API per 1,000 requests, with its start', cpu * 1_000_000, 'ms'),
    memory,
  ]
}

/** How fast an app is told what is known of the person before it, among all people of a space. */
export const profileBench: Bench = {
  name: 'profile',
  what: 'PRF-10: the traits of one of many people by the Profile API, beside the bare statement',
  run: async ({ scale, seeded }) => {
    const world = await seeded(scale)
    const readers = readersOf(world)
    await reset(world)
    await furnish(world, readers)
    try {
      return await measure(world, readers)
    } finally {
      await leave(world, readers)
    }
  },
}
