import { writeFileSync } from 'node:fs'
import { Client, Connection } from '@temporalio/client'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { JourneyDraft, StepType } from '../../src/journey/definition.ts'
import { makeStage, person } from '../journey/stage.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { historyText } from '../support/history.ts'
import { freshTemporal } from '../support/temporal.ts'
import { until } from '../support/wait.ts'
import { freshWorker } from '../support/worker.ts'

/*
 * Journeys on a real worker and a real Temporal, one per kind of step. With RECORD_HISTORIES=1 their histories are kept in `histories/`, where
 * `histories.test.ts` replays them.
 */
const database = await freshDatabase()
const temporal = await freshTemporal()
const connection = await Connection.connect({ address: temporal.address })
atEnd(() => connection.close())
const client = new Client({ connection })
const { db } = database
const stage = makeStage(db, 'spa_temporal')
await sql`insert into space (id, slug, name, created_at) values ('spa_temporal', 'spa_temporal', 'spa_temporal', now())`.execute(
  db,
)
await stage.profiles(4)
await freshWorker({ databaseUrl: database.url, temporalAddress: temporal.address })

type Steps = JourneyDraft['steps']
const even = { type: 'trait', path: 'even', compare: { operator: 'equals', value: true } } as const
const mail = (template: string): Steps[string] => ({ type: 'send', channel: 'email', template, next: null })
const JOURNEYS: Readonly<Record<StepType, Steps>> = {
  delay: { start: { type: 'delay', for: '1 second', next: 'mail' }, mail: mail('x') },
  hold: {
    start: {
      type: 'hold',
      branches: [{ name: 'bought', event: 'bought', next: 'mail' }],
      timeout: { after: '5 seconds', next: null },
    },
    mail: mail('x'),
  },
  split: {
    start: { type: 'split', branches: [{ name: 'even', condition: even, next: 'wait' }], otherwise: { next: 'mail' } },
    wait: { type: 'delay', for: '1 second', next: 'mail' },
    mail: mail('x'),
  },
  random_split: {
    start: {
      type: 'random_split',
      branches: [
        { name: 'A', percent: 50, next: 'mail' },
        { name: 'B', percent: 50, next: null },
      ],
    },
    mail: mail('x'),
  },
  send: { start: mail('x') },
  set_trait: { start: { type: 'set_trait', trait: 'seen', value: true, next: null } },
  exit: { start: { type: 'exit', reason: 'enough' } },
}
const kinds = Object.keys(JOURNEYS) as StepType[]

const record = async (kind: StepType, ids: readonly string[]): Promise<void> => {
  for (const [n, id] of ids.entries()) {
    const history = await client.workflow.getHandle(`cohort:${id}`).fetchHistory()
    writeFileSync(new URL(`./histories/${kind}${n === 0 ? '' : `-${n + 1}`}.json`, import.meta.url), historyText(history))
  }
}

const unfinished = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from journey_run where space_id = 'spa_temporal'
    and status in ('active', 'held')`.execute(db)
  return rows[0]?.n ?? 0
}

it('walks every kind of step from an event in the outbox to the end', async () => {
  for (const kind of kinds)
    await stage.publish(kind, { entry: { type: 'event', event: kind, frequency: 'once' }, start: 'start', steps: JOURNEYS[kind] })
  const at = new Date()
  await stage.tell(
    kinds.flatMap((event) => [1, 2, 3, 4].map((n) => ({ who: person(n), event, at }))),
    at,
  )
  await until('28 runs', async () => (await stage.runs()).length === 28)
  await stage.tell([{ who: person(1), event: 'bought', at: new Date() }], new Date())
  await until('all runs to end', async () => (await unfinished()) === 0)

  const runs = await stage.runs()
  const ends = Map.groupBy(runs, (run) => run.journey_id)
  for (const kind of kinds)
    expect([kind, ends.get(kind)?.map((run) => run.status)]).toEqual([
      kind,
      Array(4).fill(kind === 'exit' ? 'exited' : 'completed'),
    ])
  const sent = Map.groupBy(await stage.messages(), ({ step }) => step).get('mail') ?? []
  const perPerson = Map.groupBy(sent, ({ who }) => who)
  // Delay and split send to all, the hold to whom the event released, the draw to whom it takes.
  expect(perPerson.get('0001')?.length).toBeGreaterThanOrEqual(3)
  expect(
    (await stage.transitions()).filter(({ step, branch }) => step === 'start' && branch === 'timeout').map(({ who }) => who),
  ).toEqual(['0002', '0003', '0004'])

  const { rows } = await sql<{ id: string; journey_id: string }>`select id, journey_id from journey_cohort where carrier = id
    order by created_at, id`.execute(db)
  for (const { id } of rows) await client.workflow.getHandle(`cohort:${id}`).result()
  if (process.env['RECORD_HISTORIES'])
    for (const kind of kinds)
      await record(
        kind,
        rows.filter((row) => row.journey_id === kind).map((row) => row.id),
      )
})

it('a workflow that is started again finds nobody standing, and ends', async () => {
  const { rows } = await sql<{ id: string }>`select id from journey_cohort where carrier = id limit 1`.execute(db)
  const id = rows[0]?.id ?? ''
  const before = await stage.transitions()
  await client.workflow.execute('cohort', { workflowId: `cohort:${id}`, taskQueue: 'usher', args: ['spa_temporal', id] })
  expect(await stage.transitions()).toEqual(before)
})

it('F107 a step that fails is tried again by its workflow until it succeeds, and is written down until then', async () => {
  const failing = async () =>
    (await sql<{ attempts: number }>`select attempts from journey_failure where space_id = 'spa_temporal'`.execute(db)).rows
  await stage.publish('asks', {
    entry: { type: 'event', event: 'asks', frequency: 'once' },
    start: 'start',
    steps: {
      start: {
        type: 'split',
        branches: [{ name: 'in', condition: { type: 'audience', audience: 'late' }, next: null }],
        otherwise: { next: null },
      },
    },
  })
  await stage.tell([{ who: person(1), event: 'asks', at: new Date() }], new Date())
  await until('a second attempt', async () => ((await failing())[0]?.attempts ?? 0) > 1)
  await stage.audience('late')
  await until('the run to end', async () => (await unfinished()) === 0)
  expect(await failing()).toEqual([])
})
