import { ensurePartitions } from '../../src/event/partitions.ts'
import { createSource, createSpace } from '../../src/space/space.ts'
import { aside, type Bench, type Figure, load, median, memoryFigure, type Opened, quantile, timed } from './bench.ts'
import { atRate, basic, createPoster, type Poster } from './support/post.ts'
import { startProcess } from './support/process.ts'

const SPACE = 'spa_bench'
const WRITE_KEY = 'bench'
const EVENTS = 10_000
const PAIRS = 6
const PER_SECOND = 200
const SECONDS = 4
const DAYS = 365

const idOf = (who: string): string => `md5('${who} ' || pair)::uuid`

// Of each pair one is known by its user id and one by a browser's; both have done as much, over a year.
const people = (): readonly string[] => [
  `insert into profile (space_id, id, traits, trait_times, identifiers, created_at, updated_at)
    select $1, ${idOf('known')}, '{"plan": "pro"}'::jsonb, '{"plan": 1}'::jsonb, jsonb_build_object('user_id', jsonb_build_array('known ' || pair)), $2::timestamptz, $2::timestamptz
      from generate_series(1, ${PAIRS}) as pair
    union all
    select $1, ${idOf('browser')}, '{"plan": "free"}'::jsonb, '{"plan": 2}'::jsonb, jsonb_build_object('anonymous_id', jsonb_build_array('browser ' || pair)), $2::timestamptz, $2::timestamptz
      from generate_series(1, ${PAIRS}) as pair`,
  `insert into profile_identifier (space_id, collection, type, value, profile_id, created_at)
    select $1, 'users', 'user_id', 'known ' || pair, ${idOf('known')}, $2::timestamptz from generate_series(1, ${PAIRS}) as pair
    union all
    select $1, 'users', 'anonymous_id', 'browser ' || pair, ${idOf('browser')}, $2::timestamptz from generate_series(1, ${PAIRS}) as pair`,
  ...['known', 'browser'].map(
    (
      who,
    ) => `insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
    select $1, ${idOf(who)}, $2::timestamptz + n * interval '${(DAYS * 86_400) / EVENTS} seconds', '${who} ' || pair || ' ' || n, 'track',
      (array['Page Viewed', 'Product Viewed', 'Order Completed', 'Email Opened'])[1 + n % 4],
      jsonb_build_object('revenue', n % 500, 'product_id', 'sku ' || n % 1000, 'category', 'books'), '{"library": {"name": "bench"}}', 'src', $2
    from generate_series(1, ${PAIRS}) as pair, generate_series(1, ${EVENTS}) as n`,
  ),
]

const prepare = async ({ connection }: Opened): Promise<void> => {
  const now = new Date()
  await createSpace(connection.db, { id: SPACE, slug: 'bench', name: 'bench' }, now)
  await createSource(connection.db, { spaceId: SPACE, id: 'src', name: 'bench', kind: 'server', writeKey: WRITE_KEY }, now)
  const from = now.getTime() - DAYS * 86_400_000
  const months = Array.from({ length: 14 }, (_, n) => from + n * 30 * 86_400_000)
  await ensurePartitions(connection.db, months, now)
  for (const statement of people()) await connection.pool.query(statement, [SPACE, new Date(from)])
  await connection.pool.query('vacuum analyze profile, profile_identifier, event')
}

let made = 0
const track = async (poster: Poster): Promise<void> => {
  const n = made++
  const status = await poster.post(
    '/v1/track',
    JSON.stringify({ userId: `other ${n % 500}`, event: 'Page Viewed', properties: { n } }),
  )
  if (status !== 200) throw new Error(`a call was answered with ${status}`)
}

/** How long calls of other people wait, sent at a steady rate. */
const ingest = async (poster: Poster): Promise<readonly number[]> => {
  const taken: number[] = []
  await atRate(Array(PER_SECOND * SECONDS).fill(0), PER_SECOND, async () => {
    taken.push(await timed(() => track(poster)))
  })
  return taken
}

const mergeOne = async (poster: Poster, pair: number): Promise<number> =>
  timed(async () => {
    const status = await poster.post('/v1/identify', JSON.stringify({ userId: `known ${pair}`, anonymousId: `browser ${pair}` }))
    if (status !== 200) throw new Error(`the merge was answered with ${status}`)
  })

const check = async ({ connection }: Opened): Promise<void> => {
  const { rows } = await connection.pool.query<{ people: number; events: number }>(
    `select count(*)::integer as people, sum(n)::integer as events from (
      select profile_id, count(*) as n from event where space_id = $1 and (message_id like 'known %' or message_id like 'browser %') group by 1) as p`,
    [SPACE],
  )
  const { people: left, events } = rows[0] ?? { people: 0, events: 0 }
  if (left !== PAIRS || events !== 2 * PAIRS * EVENTS) throw new Error(`${left} people with ${events} events are left`)
}

/** The same rows moved by one bare statement: what no merge can be faster than. */
const bareMoves = async ({ connection }: Opened): Promise<readonly number[]> => {
  const taken: number[] = []
  for (let pair = 1; pair <= PAIRS; pair++)
    taken.push(
      await timed(() =>
        connection.pool.query(
          `update event set profile_id = md5('known ' || $2::integer)::uuid where space_id = $1 and profile_id = md5('browser ' || $2::integer)::uuid`,
          [SPACE, pair],
        ),
      ),
    )
  return taken
}

const figuresOf = (
  merges: readonly number[],
  bare: readonly number[],
  alone: readonly number[],
  beside: readonly number[],
): readonly Figure[] => {
  const [ours, other] = [median(merges), median(bare)]
  const [p95, longest] = [quantile(beside, 0.95), quantile(beside, 1)]
  return [
    {
      name: `merge: two people of ${EVENTS.toLocaleString('en')} events each become one, while ${PER_SECOND} calls a second come in`,
      ours,
      other,
      unit: 'ms',
      ratio: ours / other,
      goal: '≤ 1,000 ms',
      met: ours <= 1_000,
      note: `other: an update of the events' profile, by itself; longest of ${merges.length}: ${Math.round(quantile(merges, 1))} ms; ${load()}`,
    },
    {
      name: 'merge: the longest that a call of somebody else waits meanwhile',
      ours: longest,
      other: quantile(alone, 1),
      unit: 'ms',
      ratio: longest / quantile(alone, 1),
      goal: '≤ 1,000 ms',
      met: longest <= 1_000,
      note: 'other: without merges',
    },
    aside('merge: the same, p95', p95, 'ms', { other: quantile(alone, 0.95), ratio: p95 / quantile(alone, 0.95) }),
  ]
}

/** What it costs when somebody turns out to be somebody: both histories become one while others go on. */
export const merge: Bench = {
  name: 'merge',
  what: 'two long histories become one, without stopping those who come in',
  run: async (place) => {
    const other = await place.another()
    for (const opened of [place, other]) await prepare(opened)
    const api = await startProcess('api', { DATABASE_URL: place.url })
    const poster = createPoster(api.url, basic(WRITE_KEY), 64)
    await ingest(poster)
    const alone = await ingest(poster)
    const going = ingest(poster)
    const merges: number[] = []
    for (let pair = 1; pair <= PAIRS; pair++) merges.push(await mergeOne(poster, pair))
    const beside = await going
    poster.close()
    await check(place)
    const bare = await bareMoves(other)
    const memory = memoryFigure('merge', 'API', api.peakMemoryMb())
    await api.stop()
    return [...figuresOf(merges, bare, alone, beside), memory]
  },
}
