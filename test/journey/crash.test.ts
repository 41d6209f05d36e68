import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { freshTemporal } from '../support/temporal.ts'
import { until } from '../support/wait.ts'
import { spawnWorker } from '../support/worker.ts'
import { makeStage, person, type Stage } from './stage.ts'

/*
 * G5 with real worker processes: the first dies by kill -9 at a named line, the second finishes. Whatever the line, everybody has one run,
 * does each step once and gets each message once. F175: nothing is lost between the change and the start of the workflow.
 */
const DRAFT: JourneyDraft = {
  entry: { type: 'event', event: 'entered', identifier: 'id' },
  exits: [{ event: 'cancelled' }],
  start: 'which',
  steps: {
    which: {
      type: 'split',
      branches: [
        { name: 'even', condition: { type: 'trait', path: 'even', compare: { operator: 'equals', value: true } }, next: 'a' },
      ],
      otherwise: { next: 'b' },
    },
    a: { type: 'send', channel: 'email', template: 'a', next: 'hold' },
    b: { type: 'send', channel: 'email', template: 'b', next: 'hold' },
    hold: {
      type: 'hold',
      branches: [{ name: 'bought', event: 'bought', next: 'c' }],
      timeout: { after: '1 hour', next: null },
    },
    c: { type: 'send', channel: 'email', template: 'c', next: null },
  },
}
const PEOPLE = [1, 2, 3, 4, 5, 6]
const told = (event: string, people: readonly number[]) =>
  people.map((n) => ({ who: person(n), event, properties: { id: `i${n}` }, at: new Date() }))

const counts = async (stage: Stage): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries([...Map.groupBy(await stage.runs(), (run) => run.status)].map(([status, runs]) => [status, runs.length]))

// A relay that died keeps what it claimed for a minute; the minute passes at once here.
const passAMinute = (stage: Stage) =>
  sql`update outbox set claimed_at = claimed_at - interval '2 minutes' where space_id = ${stage.spaceId} and claim is not null`.execute(
    stage.db,
  )

const held = (stage: Stage) => until('all to be held', async () => (await counts(stage))['held'] === 6, 60_000)
const ended = (stage: Stage) =>
  until('all to end', async () => (await counts(stage))['completed'] === 4 && (await counts(stage))['exited'] === 2, 60_000)
const tellEnds = (stage: Stage) => stage.tell([...told('bought', [1, 2, 3, 4]), ...told('cancelled', [5, 6])], new Date())

const expectOnce = async (stage: Stage): Promise<void> => {
  const ways = Map.groupBy(await stage.transitions(), ({ who }) => who)
  for (const n of PEOPLE) {
    const send = n % 2 === 0 ? 'a' : 'b'
    const last =
      n < 5
        ? [
            ['hold', 'c'],
            ['c', null],
          ]
        : [['hold', null]]
    expect(ways.get(`000${n}`)?.map(({ step, next }) => [step, next])).toEqual([
      [null, 'which'],
      ['which', send],
      [send, 'hold'],
      ...last,
    ])
  }
  const messages = (await stage.messages()).map(({ who, step }) => `${who} ${step}`)
  expect(messages.toSorted()).toEqual(
    PEOPLE.flatMap((n) => [`000${n} ${n % 2 === 0 ? 'a' : 'b'}`, ...(n < 5 ? [`000${n} c`] : [])]).toSorted(),
  )
  expect((await stage.runs()).map((run) => run.identifier)).toEqual(PEOPLE.map((n) => `i${n}`))
}

const temporal = await freshTemporal()
const ENTERING = ['journey.admitting', 'journey.admitted', 'journey.started', 'journey.advancing', 'journey.advanced']
const LEAVING = ['journey.released', 'journey.exited']
const databases = new Map<string, TestDatabase>()
for (const point of [...ENTERING, ...LEAVING]) databases.set(point, await freshDatabase())

const prepare = async (point: string) => {
  const database = databases.get(point)
  if (!database) throw new Error(point)
  const { db, url } = database
  await sql`insert into space (id, slug, name, created_at) values ('spa_crash', 'spa_crash', 'spa_crash', now())`.execute(db)
  const stage = makeStage(db, 'spa_crash')
  await stage.profiles(6)
  await stage.publish('jny_1', DRAFT)
  return { stage, place: { databaseUrl: url, temporalAddress: temporal.address, taskQueue: point } }
}

describe.concurrent('G5 a worker is killed', { timeout: 180_000 }, () => {
  it.each(ENTERING)('at %s, while people enter', async (point) => {
    const { stage, place } = await prepare(point)
    await stage.tell(told('entered', PEOPLE), new Date())
    expect(await spawnWorker(place, point).ended).toBe('SIGKILL')
    await passAMinute(stage)
    const second = spawnWorker(place)
    await held(stage)
    await tellEnds(stage)
    await ended(stage)
    await expectOnce(stage)
    await second.stop()
  })

  it.each(LEAVING)('at %s, while people leave', async (point) => {
    const { stage, place } = await prepare(point)
    const now = new Date()
    await stage.hear(told('entered', PEOPLE), now)
    await stage.settle(now)
    await tellEnds(stage)
    expect(await spawnWorker(place, point).ended).toBe('SIGKILL')
    await passAMinute(stage)
    const second = spawnWorker(place)
    await ended(stage)
    await until('the messages', async () => (await stage.messages()).length === 10)
    await expectOnce(stage)
    await second.stop()
  })
})
