import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ContextLeaf } from '../../src/journey/branch-condition.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { simulate } from '../../src/journey/simulate.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { parsed } from './definitions.ts'
import { hours, newSpace, someone, walkForReal } from './history.ts'
import type { Happened } from './space.ts'

let database: TestDatabase
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
  const inContext = (event: string, path: string, operator: 'at_least' | 'less_than', value: number): ContextLeaf => ({
    type: 'journey_context',
    event,
    path,
    compare: { operator, value },
  })
  // Comes to its split by two ways at once, and asks its own context wherever it may: of the order that began it, of the last look (which changes as it loops), and on a joined path.
  const REMEMBERING: JourneyDraft = {
    entry: { type: 'event', event: 'Order Completed', frequency: 'every_time', identifier: 'order_id' },
    start: 'hold',
    steps: {
      hold: {
        type: 'hold',
        branches: [
          {
            name: 'Liked',
            event: 'Product Reviewed',
            when: {
              type: 'or',
              conditions: [
                inContext('Order Completed', 'stars', 'at_least', 4),
                inContext('Product Viewed', 'stars', 'at_least', 4),
              ],
            },
            next: 'mail',
          },
          {
            name: 'Looked again',
            event: 'Product Viewed',
            when: { type: 'not', condition: inContext('Product Viewed', 'stars', 'at_least', 5) },
            loop: true,
            next: null,
          },
        ],
        timeout: { after: '30 hours', next: 'which' },
      },
      mail: { type: 'send', channel: 'email', template: 'miss_you', next: 'which' },
      which: {
        type: 'split',
        branches: [
          {
            name: 'Reviewed well',
            condition: {
              type: 'and',
              conditions: [
                inContext('Product Reviewed', 'stars', 'at_least', 3),
                { type: 'not', condition: inContext('Product Viewed', 'stars', 'less_than', 2) },
              ],
            },
            next: null,
          },
          {
            name: 'Big, or often',
            condition: {
              type: 'or',
              conditions: [
                inContext('Order Completed', 'stars', 'at_least', 5),
                {
                  type: 'event',
                  event: { name: 'Order Completed', within: '40 hours' },
                  measure: { kind: 'count' },
                  compare: { operator: 'at_least', value: 2 },
                },
              ],
            },
            next: 'text',
          },
        ],
        otherwise: { name: 'Neither', next: null },
      },
      text: { type: 'send', channel: 'sms', template: 'miss_you_sms', next: null },
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
            profileId: someone(n),
            name,
            at: new Date(hours(hour).getTime() + (i + 1) * 60_000),
            messageId: `m${i}`,
            properties: { order_id: id, stars },
          }),
        )
        .toSorted((a, b) => a.at.getTime() - b.at.getTime()),
    )

  const inOrder = (steps: readonly { branches: readonly { name: string; count: number }[] }[]) =>
    steps.map((each) => ({ ...each, branches: each.branches.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }))

  it.each([
    ['G10 gives the same numbers at every step, and the same messages', JOURNEY],
    ['F041 what branches ask of the context is answered alike', REMEMBERING],
  ])('%s', async (_name, journey) => {
    await fc.assert(
      fc.asyncProperty(history, async (events) => {
        const space = await newSpace(database.db, 4)
        const real = await walkForReal(database.db, space, journey, events, hours(170))
        const virtual = await simulate(database.db, space, real.id, parsed(journey), { from: hours(0), to: hours(170) })
        expect(inOrder(virtual.steps)).toEqual(inOrder(real.steps))
        expect(virtual.messages).toEqual(real.messages)
      }),
      { numRuns: 8 },
    )
  })
})
