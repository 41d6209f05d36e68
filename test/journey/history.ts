import { sql } from 'kysely'
import type { Condition } from '../../src/audience/condition.ts'
import { idFrom } from '../../src/base/ids.ts'
import { must } from '../../src/base/must.ts'
import type { Db } from '../../src/db/database.ts'
import { query, run } from '../../src/db/query.ts'
import { advance } from '../../src/journey/advance.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { hearEvents } from '../../src/journey/hear.ts'
import { createJourney } from '../../src/journey/journeys.ts'
import { publishJourney } from '../../src/journey/publish.ts'
import { stepStatsOf } from '../../src/journey/statistics.ts'
import { parsed } from './definitions.ts'
import { furnish, type Happened, putEvents, putPeople } from './space.ts'

/* What simulations are tried with: a calendar that begins on 1 March 2026, people by number, and a real walk under a virtual clock. */

const HOUR = 3_600_000
export const FROM = Date.UTC(2026, 2, 1)
export const hours = (n: number) => new Date(FROM + n * HOUR)
export const days = (n: number) => hours(24 * n)
export const someone = (n: number) => idFrom('person', String(n))

export const ordered = (within?: string): Condition => ({
  type: 'event',
  event: { name: 'Order Completed', ...(within ? { within } : {}) },
  measure: { kind: 'count' },
  compare: { operator: 'at_least', value: 1 },
})
export const not = (condition: Condition): Condition => ({ type: 'not', condition })
export const bought = (n: number, at: Date, properties: Happened['properties'] = {}): Happened => ({
  profileId: someone(n),
  name: 'Order Completed',
  at,
  messageId: `${n} ${at.toISOString()}`,
  properties,
})

let spaces = 0
/** A furnished space of its own with so many people. */
export const newSpace = async (db: Db, people: number): Promise<string> => {
  const space = `spa_${++spaces}`
  await furnish(db, space)
  await putPeople(
    db,
    space,
    Array.from({ length: people }, (_, n) => ({ id: someone(n), email: `p${n}@example.com` })),
  )
  return space
}

const dueCohort = async (db: Db, space: string, before: Date) => {
  const due = sql<{
    id: string
    due_at: Date | null
  }>`select id, due_at from journey_cohort where space_id = ${space} and ended_at is null
      and (due_at is null or due_at < ${before}) order by due_at nulls first, id limit 1`
  return (await run(db, query('test.due.*', due)))[0]
}

const letTimePass = async (db: Db, space: string, from: Date, until: Date): Promise<void> => {
  let clock = from
  for (let cohort = await dueCohort(db, space, until); cohort; cohort = await dueCohort(db, space, until)) {
    await advance(db, space, cohort.id, cohort.due_at ?? clock)
    clock = cohort.due_at ?? clock
  }
}

const tell = async (db: Db, space: string, { profileId, name, at, messageId, properties }: Happened): Promise<void> => {
  const payload = { name, message_id: messageId, timestamp: at.toISOString(), properties, context: {} }
  await hearEvents(
    db,
    space,
    [{ space_id: space, profile_id: profileId, id: messageId, topic: 'event', payload, attempts: 0, created_at: at }],
    at,
  )
}

/** Publishes a journey, lets these events happen one after the other and time pass between them, and answers what came of it. */
export const walkForReal = async (db: Db, space: string, journey: JourneyDraft, events: readonly Happened[], to: Date) => {
  const { id } = await createJourney(
    db,
    space,
    { id: `jou_${space}`, name: 'Walked', definition: parsed(journey), by: 'test' },
    hours(-1),
  )
  await publishJourney(db, space, id, { by: 'test' }, hours(-1))
  for (const event of events) {
    await letTimePass(db, space, event.at, event.at)
    await putEvents(db, space, [event])
    await tell(db, space, event)
    await letTimePass(db, space, event.at, event.at)
  }
  await letTimePass(db, space, must(events.at(-1), 'an event').at, to)
  const messages = sql<{
    channel: string
    count: number
  }>`select channel, count(*) as count from message where space_id = ${space} group by channel`
  const counts = Object.fromEntries((await run(db, query('test.messages.*', messages))).map((row) => [row.channel, row.count]))
  return { id, steps: await stepStatsOf(db, space, id, 1, parsed(journey)), messages: { email: 0, sms: 0, push: 0, ...counts } }
}
