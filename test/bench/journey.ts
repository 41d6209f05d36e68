import { Client, Connection } from '@temporalio/client'
import type { Condition } from '../../src/audience/condition.ts'
import { evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { must } from '../../src/base/must.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { setAccountState } from '../../src/message/account.ts'
import { until } from '../support/wait.ts'
import { aside, type Bench, type Figure, load, memoryFigure, type Opened, timed } from './bench.ts'
import { addAudience } from './support/audiences.ts'
import type { person } from './support/bare-workflow.ts'
import { concurrently } from './support/post.ts'
import { startHelper, startProcess } from './support/process.ts'
import { ACCOUNT, openShop, publish, SPACE } from './support/shop.ts'

const RUNS = 100_000
/** Bare workflows before ours and again after it. */
const BARE = 1_000
const BARE_WIDTH = 100

const EVERYBODY: Condition = { type: 'trait', path: 'plan', compare: { operator: 'exists' } }

const mail = { type: 'send', channel: 'email', template: 'win_back', next: null } as const
const JOURNEY: JourneyDraft = {
  entry: { type: 'audience', audience: 'everybody', existing: true },
  start: 'plan',
  steps: {
    plan: {
      type: 'split',
      branches: [
        {
          name: 'Pays',
          condition: { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } },
          next: 'thanks',
        },
      ],
      otherwise: { name: 'Does not pay', next: 'offer' },
    },
    thanks: mail,
    offer: mail,
  },
}

// Its sends wait: what they cost is measured by `delivery`.
const stopAccount = ({ connection }: Opened): Promise<void> =>
  setAccountState(
    connection.db,
    SPACE,
    ACCOUNT,
    { status: 'stopped', reason: 'benchmark', retry_at: new Date(Date.now() + 86_400_000) },
    new Date(),
  )

const counted = async ({ connection }: Opened): Promise<{ done: number; messages: number; moves: number }> => {
  const { rows } = await connection.pool.query(`select
    (select count(*) from journey_run where space_id = '${SPACE}' and status = 'completed') as done,
    (select count(*) from message where space_id = '${SPACE}') as messages,
    (select count(*) from journey_transition where space_id = '${SPACE}') as moves`)
  return must(rows[0], 'one row')
}

// Asked so that asking costs nothing: who has not come to the end, not who has.
const finished = async ({ connection }: Opened): Promise<boolean> => {
  const { rows } = await connection.pool.query(`select
    (select coalesce(sum(run_count), 0) from journey_cohort where space_id = '${SPACE}' and depth = 1 and ended_at is not null) >= ${RUNS}
    and not exists (select from journey_cohort where space_id = '${SPACE}' and ended_at is null) as done`)
  return rows[0]?.done === true
}

const ours = (place: Opened): Promise<number> =>
  timed(async () => {
    await publish(place.connection, 'wave', JOURNEY)
    await until(`${RUNS} runs at their end`, () => finished(place), 300_000)
  })

const bare = async (address: string): Promise<number> => {
  const connection = await Connection.connect({ address })
  const client = new Client({ connection })
  const worker = await startHelper('./bare-worker.ts', address)
  const start = async (id: string): Promise<void> =>
    void (await client.workflow.execute<typeof person>('person', { taskQueue: 'bare', workflowId: id, args: [id] }))
  await start(`warm ${Date.now()}`)
  const ids = Array.from({ length: BARE }, (_, i) => `person ${i} ${Date.now()}`)
  const took = await timed(() => concurrently(ids, BARE_WIDTH, start))
  await worker.stop()
  await connection.close()
  return (BARE / took) * 1_000
}

const figures = async (place: Opened, took: number, bares: readonly number[]): Promise<readonly Figure[]> => {
  const { done, messages, moves } = await counted(place)
  const rate = (RUNS / took) * 1_000
  const other = bares.reduce((sum, each) => sum + each, 0) / bares.length
  const complete = done === RUNS && messages === RUNS && moves === 3 * RUNS
  return [
    {
      name: 'journey: 100,000 runs through enter, split, send, end',
      ours: rate,
      other,
      unit: 'runs/s',
      ratio: rate / other,
      goal: '≥ 5,000 runs/s and ≥ 100×',
      met: complete && rate >= 5_000 && rate / other >= 100,
      note: `${(took / 1_000).toFixed(1)} s from publishing to the last end, ${moves.toLocaleString('en')} moves and ${messages.toLocaleString('en')} messages written; other: one bare workflow a person on the same server (${bares.map((each) => each.toFixed(0)).join(' before, ')} after); ${load()}`,
    },
  ]
}

/** A wave of 100,000 people who enter a journey at once, walk it, and are each written a message, against one Temporal workflow a person. */
export const journey: Bench = {
  name: 'journey',
  what: '100,000 runs through enter, split, send, end with a worker and Temporal, against one bare Temporal workflow per person',
  run: async (place) => {
    await openShop(place.connection, RUNS, 'http://127.0.0.1:9')
    await stopAccount(place)
    await addAudience(place.connection, SPACE, 'everybody', EVERYBODY, new Date())
    await evaluateFullyDue(place.connection.db, new Date())
    await place.connection.pool.query('delete from outbox')
    await place.connection.pool.query('vacuum analyze')
    const address = await place.temporal()
    const before = await bare(address)
    const worker = await startProcess('worker', { DATABASE_URL: place.url, TEMPORAL_ADDRESS: address })
    const took = await ours(place)
    const [memory, cpu] = [worker.peakMemoryMb(), worker.cpuSeconds()]
    await worker.stop()
    const after = await bare(address)
    return [
      ...(await figures(place, took, [before, after])),
      memoryFigure('journey', 'worker', memory),
      aside('journey: processor time of the worker, its start included', cpu, 's'),
    ]
  },
}
