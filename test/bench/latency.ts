import type { Condition } from '../../src/audience/condition.ts'
import { until } from '../support/wait.ts'
import type { Opened } from './bench.ts'
import { aside, type Bench, type Figure, load, memoryFigure, type Place, quantile } from './bench.ts'
import { addAudience } from './support/audiences.ts'
import { atRate, basic, createPoster, type Poster } from './support/post.ts'
import { type Helper, type Running, startHelper, startProcess } from './support/process.ts'
import { addressOf, openShop, publish, SPACE, userOf, WRITE_KEY } from './support/shop.ts'

const PER_SECOND = 500
const SECONDS = 30
const WARM_UP_SECONDS = 5
const EVENTS = PER_SECOND * (SECONDS + WARM_UP_SECONDS)

type Kind = 'event' | 'audience'
const NAMES: Readonly<Record<Kind, string>> = { event: 'Order Completed', audience: 'Cart Abandoned' }

const send = { type: 'send', channel: 'email', template: 'win_back', next: null } as const

// One journey begins with the event itself, the other with an audience that the event makes somebody a member of.
const openJourneys = async ({ connection }: Opened): Promise<void> => {
  const condition: Condition = {
    type: 'event',
    event: { name: NAMES.audience, within: '7 days' },
    measure: { kind: 'count' },
    compare: { operator: 'at_least', value: 1 },
  }
  await addAudience(connection, SPACE, 'abandoned', condition, new Date())
  await publish(connection, 'by_event', {
    entry: { type: 'event', event: NAMES.event, frequency: 'once' },
    start: 'mail',
    steps: { mail: send },
  })
  await publish(connection, 'by_audience', {
    entry: { type: 'audience', audience: 'abandoned' },
    start: 'mail',
    steps: { mail: send },
  })
  await until('the audience is live', async () => {
    const { rows } = await connection.pool.query(`select from audience_state where status = 'Live'`)
    return rows.length > 0
  })
}

const bodyOf = (kind: Kind, person: number): string =>
  JSON.stringify({
    userId: userOf(person),
    event: NAMES[kind],
    properties: { order_id: `order ${person}`, revenue: person % 200, currency: 'USD' },
    context: { library: { name: 'bench', version: '1' } },
  })

type Arrivals = readonly (readonly [address: string, at: number])[]
type Measured = {
  readonly waits: readonly number[]
  readonly answers: readonly number[]
  readonly lost: number
  readonly seconds: number
}

/** Sends one event for each of some people at the rate, each in a call of its own, and waits for their mails. */
const measure = async (kind: Kind, first: number, poster: Poster, provider: Helper): Promise<Measured> => {
  const people = Array.from({ length: EVENTS }, (_, i) => first + i)
  const answered = new Map<string, number>()
  const answers: number[] = []
  await provider.ask('take')
  const before = await provider.ask<number>('count')
  const start = Date.now()
  await atRate(people, PER_SECOND, async (person) => {
    const asked = performance.now()
    const status = await poster.post('/v1/track', bodyOf(kind, person))
    if (status === 200) answered.set(addressOf(person), Date.now())
    answers.push(performance.now() - asked)
  })
  const seconds = (Date.now() - start) / 1_000
  const all = async (): Promise<boolean> => (await provider.ask<number>('count')) - before >= answered.size
  await until('every mail', all, 60_000).catch(() => {})
  const arrived = new Map(await provider.ask<Arrivals>('take'))
  const counted = people.slice(PER_SECOND * WARM_UP_SECONDS).map(addressOf)
  const waits = counted.flatMap((address) => {
    const [from, to] = [answered.get(address), arrived.get(address)]
    return from === undefined || to === undefined ? [] : Math.max(0, to - from)
  })
  return { waits, answers, lost: counted.length - waits.length, seconds }
}

const figureOf = (name: string, { waits, answers, lost, seconds }: Measured): Figure => {
  const p99 = quantile(waits, 0.99)
  const parts = [
    `median ${quantile(waits, 0.5)} ms, longest ${quantile(waits, 1)} ms`,
    `${Math.round(EVENTS / seconds)} events/s, answered in ${Math.round(quantile(answers, 0.5))} ms (p99 ${Math.round(quantile(answers, 0.99))} ms)`,
    ...(lost > 0 ? [`${lost} mails did not come`] : []),
    load(),
  ]
  return { ...aside(name, p99, 'ms'), goal: 'p99 ≤ 1,000 ms', met: lost === 0 && p99 <= 1_000, note: parts.join('; ') }
}

const measureBoth = async (place: Place, provider: Helper, api: Running, worker: Running): Promise<readonly Figure[]> => {
  const poster = createPoster(api.url, basic(WRITE_KEY), 256)
  const byEvent = await measure('event', 1, poster, provider)
  place.say(`  by event: ${figureOf('', byEvent).note}`)
  const byAudience = await measure('audience', EVENTS + 1, poster, provider)
  poster.close()
  const both = api.cpuSeconds() + worker.cpuSeconds()
  return [
    figureOf('latency: event answered to its message at the provider, p99', byEvent),
    figureOf('latency: the same through an audience that the event lets somebody into, p99', byAudience),
    memoryFigure('latency', 'API', api.peakMemoryMb()),
    memoryFigure('latency', 'worker', worker.peakMemoryMb()),
    aside('latency: processor time of API and worker per event', (both / (2 * EVENTS)) * 1_000, 'ms'),
  ]
}

/** 500 events a second by single HTTP calls, each of which must send one mail: from the answer 200 to the mail's arrival at the provider. */
export const latency: Bench = {
  name: 'latency',
  what: `${PER_SECOND} events/s for ${SECONDS} s by single calls; from the answer 200 until the mail it causes is at the provider`,
  run: async (place) => {
    const provider = await startHelper('./provider-process.ts')
    await openShop(place.connection, 2 * EVENTS, await provider.ask<string>('address'))
    const settings = { DATABASE_URL: place.url, TEMPORAL_ADDRESS: await place.temporal() }
    const [api, worker] = await Promise.all([startProcess('api', settings), startProcess('worker', settings)])
    try {
      await openJourneys(place)
      return await measureBoth(place, provider, api, worker)
    } finally {
      await Promise.all([api.stop(), worker.stop()])
      await provider.stop()
    }
  },
}
