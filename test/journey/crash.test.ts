import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { freshDatabase } from '../support/database.ts'
import { freshTemporal } from '../support/temporal.ts'
import { until } from '../support/wait.ts'
import { spawnWorker } from '../support/worker.ts'
import { makeStage, person, type Stage } from './stage.ts'

/*
 * G5 with real worker processes: each dies by kill -9 at a named line, and the next takes up what it left. Everybody has one run, does each
 * step once and gets each message once. F175: nothing is lost between the change and the start of the workflow.
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

const database = await freshDatabase()
const temporal = await freshTemporal()
const place = { databaseUrl: database.url, temporalAddress: temporal.address }
const { db } = database
const stage = makeStage(db, 'spa_crash')
await sql`insert into space (id, slug, name, created_at) values ('spa_crash', 'spa_crash', 'spa_crash', now())`.execute(db)
await stage.profiles(6)
await stage.publish('jny_1', DRAFT)

const dieAt = async (point: string): Promise<void> => {
  expect([point, await spawnWorker(place, point).ended]).toEqual([point, 'SIGKILL'])
  await passAMinute(stage)
}

it('G5 seven workers are killed one after the other, each at another line, and everything happens once', {
  timeout: 300_000,
}, async () => {
  await stage.tell(told('entered', PEOPLE), new Date())
  for (const point of ['journey.admitting', 'journey.admitted', 'journey.started', 'journey.advancing', 'journey.advanced'])
    await dieAt(point)
  const between = spawnWorker(place)
  await until('all to be held', async () => (await counts(stage))['held'] === 6, 120_000)
  await between.stop()
  await stage.tell([...told('bought', [1, 2, 3, 4]), ...told('cancelled', [5, 6])], new Date())
  for (const point of ['journey.exited', 'journey.released']) await dieAt(point)
  const last = spawnWorker(place)
  const ended = async () => (await counts(stage))['completed'] === 4 && (await counts(stage))['exited'] === 2
  await until('all to end', ended, 120_000)
  await expectOnce(stage)
  await last.stop()
})
