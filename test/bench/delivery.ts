import { sql } from 'kysely'
import { enqueueMessages, type Recipient } from '../../src/message/enqueue.ts'
import { until } from '../support/wait.ts'
import { aside, type Bench, type Figure, load, median, memoryFigure, type Opened, timed } from './bench.ts'
import { concurrently, createPoster } from './support/post.ts'
import { type Helper, type Running, startHelper, startProcess } from './support/process.ts'
import { openShop, SPACE } from './support/shop.ts'

const WARM_UP = 3_000
const PER_ROUND = 10_000
const ROUNDS = 3
/** As many calls at once as the delivery makes. */
const WIDTH = 50

const countOf = async ({ connection }: Opened, status: string): Promise<number> => {
  const { rows } = await connection.pool.query<{ n: number }>(
    `select count(*) as n from message where space_id = '${SPACE}' and status = $1`,
    [status],
  )
  return rows[0]?.n ?? 0
}

const enqueue = ({ connection }: Opened, round: string, count: number): Promise<number> =>
  enqueueMessages(
    connection.db,
    { spaceId: SPACE, now: new Date(), channel: 'email', template: 'win_back', purpose: 'marketing', step: round },
    sql<Recipient>`select md5('person ' || n)::uuid as profile_id, null::uuid as run_id, ${round}::text || ' ' || n as key, '{}'::jsonb as variables
      from generate_series(1, ${sql.lit(count)}) as n`,
  )

/** From the moment the messages are in the table until each is recorded as sent. */
const deliver = async (place: Opened, round: string, count: number): Promise<number> => {
  const before = await countOf(place, 'sent')
  await enqueue(place, round, count)
  return timed(async () => {
    await place.connection.pool.query(`select pg_notify('usher', 'message')`)
    await until(`${count} messages sent`, async () => (await countOf(place, 'sent')) - before >= count, 120_000)
  })
}

/** The loop that anybody would write: the same mail again and again, as many calls at once, nothing asked and nothing kept. */
const bare = async (provider: Helper, address: string): Promise<number> => {
  const body = await provider.ask<string>('sample')
  const poster = createPoster(address, 'Bearer SG.bench', WIDTH)
  const mails = Array.from({ length: PER_ROUND }, () => body)
  const took = await timed(() => concurrently(mails, WIDTH, async (mail) => void (await poster.post('/v3/mail/send', mail))))
  poster.close()
  return took
}

const measure = async (place: Opened, provider: Helper, worker: Running): Promise<readonly Figure[]> => {
  const address = await provider.ask<string>('address')
  await deliver(place, 'warm up', WARM_UP)
  const [ours, other]: [number[], number[]] = [[], []]
  const [cpuBefore, countBefore] = [worker.cpuSeconds(), await provider.ask<number>('count')]
  let cpu = 0
  for (let round = 0; round < ROUNDS; round++) {
    const from = worker.cpuSeconds()
    ours.push(await deliver(place, `round ${round}`, PER_ROUND))
    cpu += worker.cpuSeconds() - from
    other.push(await bare(provider, address))
  }
  const arrived = (await provider.ask<number>('count')) - countBefore - ROUNDS * PER_ROUND
  const [rate, bareRate] = [ours, other].map((took) => (PER_ROUND / median(took)) * 1_000) as [number, number]
  const complete = arrived === ROUNDS * PER_ROUND && cpuBefore >= 0
  return [
    {
      name: 'delivery: rendered, gated, recorded sends to a local HTTP provider',
      ours: rate,
      other: bareRate,
      unit: 'sends/s',
      ratio: rate / bareRate,
      goal: '≥ 1,500 sends/s',
      met: complete && rate >= 1_500,
      note: `other: the same mail posted in a loop, nothing rendered, asked or kept; the provider is a process of its own on the same cores; ${load()}${complete ? '' : `; ${arrived} mails came instead of ${ROUNDS * PER_ROUND}`}`,
    },
    aside('delivery: processor time of the worker per send', (cpu / (ROUNDS * PER_ROUND)) * 1_000, 'ms'),
    memoryFigure('delivery', 'worker', worker.peakMemoryMb()),
  ]
}

/** What a worker sends a second when messages wait: claimed, rendered from the sample's template, gated, posted, recorded. */
export const delivery: Bench = {
  name: 'delivery',
  what: `${PER_ROUND.toLocaleString('en')} waiting messages rendered, gated, posted to a local provider and recorded, against bare HTTP posts`,
  run: async (place) => {
    const provider = await startHelper('./provider-process.ts')
    await openShop(place.connection, PER_ROUND, await provider.ask<string>('address'))
    const worker = await startProcess('worker', { DATABASE_URL: place.url, TEMPORAL_ADDRESS: await place.temporal() })
    try {
      return await measure(place, provider, worker)
    } finally {
      await worker.stop()
      await provider.stop()
    }
  },
}
