import * as fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { idFrom } from '../../src/base/ids.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import { advance } from '../../src/journey/advance.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { hearEvents } from '../../src/journey/hear.ts'
import { createJourney } from '../../src/journey/journeys.ts'
import { publishJourney } from '../../src/journey/publish.ts'
import { simulate } from '../../src/journey/simulate.ts'
import { stepStatsOf } from '../../src/journey/statistics.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { parsed } from './definitions.ts'
import { furnish, type Happened, putEvents, putPeople } from './space.ts'

const HOUR = 3_600_000
const FROM = Date.UTC(2026, 2, 1)
const hours = (n: number) => new Date(FROM + n * HOUR)
const _days = (n: number) => hours(24 * n)
const person = (n: number) => idFrom('person', String(n))
const _order = (within?: string): Condition => ({
  type: 'event',
  event: { name: 'Order Completed', ...(within ? { within } : {}) },
  measure: { kind: 'count' },
  compare: { operator: 'at_least', value: 1 },
})
const _not = (condition: Condition): Condition => ({ type: 'not', condition })
const _bought = (n: number, at: Date, properties: Happened['properties'] = {}): Happened => ({
  profileId: person(n),
  name: 'Order Completed',
  at,
  messageId: `${n} ${at.toISOString()}`,
  properties,
})

let database: TestDatabase
let spaces = 0
const newSpace = async (people: number): Promise<string> => {
  const space = `spa_${++spaces}`
  await furnish(database.db, space)
  await putPeople(
    database.db,
    space,
    Array.from({ length: people }, (_, n) => ({ id: person(n), email: `p${n}@example.com` })),
  )
  return space
}
beforeAll(async () => {
  database = await freshDatabase()
})

describe('the same history, walked for real with a virtual clock', () => {
  const JOURNEY: JourneyDraft = {
    entry: { type: 'event', event: 'Order Completed', frequency: 'every_time', identifier: 'order_id' },
    exits: [{ event: 'Order Cancelled', match_identifier: true }, { event: 'Account Deleted' }],
    start: 'hold',
    steps: {
      hold: {
        type: 'hold',
        branches: [
          {
            name: 'Good review',
            event: 'Product Reviewed',
            where: { type: 'property', path: 'stars', compare: { operator: 'at_least', value: 3 } },
            next: 'mail',
          },
          {
            name: 'Bad review',
            event: 'Product Reviewed',
            where: { type: 'property', path: 'stars', compare: { operator: 'less_than', value: 3 } },
            next: null,
          },
          { name: 'Looked again', event: 'Product Viewed', loop: true, next: null },
        ],
        timeout: { after: '30 hours', next: 'often' },
      },
      mail: { type: 'send', channel: 'email', template: 'miss_you', next: 'wait' },
      wait: { type: 'delay', for: '20 hours', next: 'coin' },
      often: {
        type: 'split',
        branches: [
          {
            name: 'Often',
            condition: {
              type: 'event',
              event: { name: 'Order Completed', within: '40 hours' },
              measure: { kind: 'count' },
              compare: { operator: 'at_least', value: 2 },
            },
            next: 'mail',
          },
        ],
        otherwise: { name: 'Rarely', next: 'text' },
      },
      coin: {
        type: 'random_split',
        sticky: true,
        branches: [
          { name: 'A', percent: 50, next: 'text' },
          { name: 'B', percent: 50, next: 'end' },
        ],
      },
      text: { type: 'send', channel: 'sms', template: 'miss_you_sms', next: null },
      end: { type: 'exit', reason: 'unlucky' },
    },
  }
  // Every event has a minute of its own, and waits are whole hours: nothing happens at the instant at which a time is up.
  const history = fc
    .array(
      fc.record({
        n: fc.nat(3),
        name: fc.constantFrom(
          'Order Completed',
          'Order Completed',
          'Product Reviewed',
          'Product Viewed',
          'Order Cancelled',
          'Account Deleted',
        ),
        hour: fc.nat(150),
        order: fc.constantFrom('o1', 'o2'),
        stars: fc.integer({ min: 1, max: 5 }),
      }),
      { minLength: 10, maxLength: 30 },
    )
    .map((list) =>
      list
        .map(
          ({ n, name, hour, order: id, stars }, i): Happened => ({
            profileId: person(n),
            name,
            at: new Date(hours(hour).getTime() + (i + 1) * 60_000),
            messageId: `m${i}`,
            properties: { order_id: id, stars },
          }),
        )
        .toSorted((a, b) => a.at.getTime() - b.at.getTime()),
    )

  const dueCohort = async (space: string, before: Date) => {
    const due = sql<{
      id: string
      due_at: Date | null
    }>`select id, due_at from journey_cohort where space_id = ${space} and ended_at is null
      and (due_at is null or due_at < ${before}) order by due_at nulls first, id limit 1`
    return (await run(database.db, query('test.due.*', due)))[0]
  }
  const letTimePass = async (space: string, clock: Date, until: Date): Promise<void> => {
    for (let cohort = await dueCohort(space, until); cohort; cohort = await dueCohort(space, until)) {
      await advance(database.db, space, cohort.id, cohort.due_at ?? clock)
      if (cohort.due_at) clock = cohort.due_at
    }
  }
  const walkForReal = async (space: string, events: readonly Happened[], to: Date) => {
    const { id } = await createJourney(
      database.db,
      space,
      { id: `jou_${space}`, name: 'Walked', definition: parsed(JOURNEY), by: 'test' },
      hours(-1),
    )
    await publishJourney(database.db, space, id, { by: 'test' }, hours(-1))
    for (const event of events) {
      await letTimePass(space, event.at, event.at)
      await putEvents(database.db, space, [event])
      const payload = {
        name: event.name,
        message_id: event.messageId,
        timestamp: event.at.toISOString(),
        properties: event.properties,
        context: {},
      }
      await hearEvents(
        database.db,
        space,
        [
          {
            space_id: space,
            profile_id: event.profileId,
            id: event.messageId,
            topic: 'event',
            payload,
            attempts: 0,
            created_at: event.at,
          },
        ],
        event.at,
      )
      await letTimePass(space, event.at, event.at)
    }
    await letTimePass(space, must(events.at(-1), 'an event').at, to)
    const messages = sql<{
      channel: string
      count: number
    }>`select channel, count(*) as count from message where space_id = ${space} group by channel`
    const counts = Object.fromEntries(
      (await run(database.db, query('test.messages.*', messages))).map((row) => [row.channel, row.count]),
    )
    return {
      id,
      steps: await stepStatsOf(database.db, space, id, 1, parsed(JOURNEY)),
      messages: { email: 0, sms: 0, push: 0, ...counts },
    }
  }
  const inOrder = (steps: readonly { branches: readonly { name: string; count: number }[] }[]) =>
    steps.map((each) => ({ ...each, branches: each.branches.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }))

  it('G10 gives the same numbers at every step, and the same messages', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (events) => {
        const space = await newSpace(4)
        const real = await walkForReal(space, events, hours(170))
        const virtual = await simulate(database.db, space, real.id, parsed(JOURNEY), { from: hours(0), to: hours(170) })
        expect(inOrder(virtual.steps)).toEqual(inOrder(real.steps))
        expect(virtual.messages).toEqual(real.messages)
      }),
      { numRuns: 8 },
    )
  })
})
