import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { ContextLeaf } from '../../src/journey/branch-condition.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { freshDatabase } from '../support/database.ts'
import { ann, ben, CART, cart, day } from './cart.ts'
import { makeStage, person, type Stage } from './stage.ts'

/*
 * The worked timelines of spec/journeys §3.5a, on real tables and a clock of their own. Everything is told and advanced twice (G5), and a
 * space with the same people and a journey of the same id stands by, held and waiting, and must stay as it is (G9).
 */
const { db } = await freshDatabase()
let spaces = 0
const fresh = async (draft: JourneyDraft): Promise<Stage> => {
  const stage = makeStage(db, `spa_${++spaces}`, { twice: true })
  await stage.profiles(30)
  await stage.publish('jny_1', draft)
  return stage
}

const ordered = (path: string, compare: ContextLeaf['compare']): ContextLeaf => ({
  type: 'journey_context',
  event: 'Order',
  path,
  compare,
})

const decoy = makeStage(db, 'spa_decoy')
const snapshot = async () => [await decoy.runs(), await decoy.transitions(), await decoy.cohorts(), await decoy.messages()]
await decoy.profiles(30)
await decoy.publish('jny_1', {
  ...CART,
  start: 'which',
  exits: [{ event: 'Subscription_Cancelled' }],
  steps: {
    ...CART.steps,
    which: {
      type: 'split',
      branches: [
        { name: 'even', condition: { type: 'trait', path: 'even', compare: { operator: 'equals', value: true } }, next: 'wait' },
      ],
      otherwise: { next: 'hold' },
    },
    wait: { type: 'delay', for: '1 hour', next: 'nudge' },
  },
})
await decoy.hear(
  [1, 2, 3, 4].map((n) => cart('08:00', 'c1', 1, person(n))),
  day('08:00'),
)
await decoy.settle(day('08:00'))
const before = await snapshot()
afterAll(async () => {
  expect((await decoy.runs()).map((run) => run.status)).toEqual(['held', 'active', 'held', 'active'])
  expect(await snapshot()).toEqual(before)
})

describe('spec/journeys §3.5a', () => {
  it('U1 the entry event goes to the run that is there, starts its time anew, and has both snapshots in its context', async () => {
    const stage = await fresh(CART)
    await stage.hear([cart('10:00', 'c1', 40)], day('10:00'))
    await stage.settle(day('11:00'))
    await stage.hear([cart('11:30', 'c1', 55)], day('11:30'))
    await stage.settle(day('13:00'))
    expect((await stage.runs()).map((run) => [run.status, run.due_at])).toEqual([['held', day('13:30')]])
    await stage.settle(day('13:30'))
    const [run, ...others] = await stage.runs()
    expect(others).toEqual([])
    expect(run).toMatchObject({
      status: 'completed',
      ended_at: day('13:30'),
      context: {
        Cart_Modified: { cart_id: 'c1', total: 40 },
        'Cart_Modified - shopper edits cart': { cart_id: 'c1', total: 55 },
      },
    })
    expect(await stage.messages()).toMatchObject([{ step: 'nudge', variables: { journey: { context: run?.context } } }])
    expect((await stage.transitions()).map(({ step, branch, next }) => [step, branch, next])).toEqual([
      [null, null, 'hold'],
      ['hold', 'shopper edits cart', 'hold'],
      ['hold', 'timeout', 'nudge'],
      ['nudge', '', null],
    ])
  })

  it('U2 another identifier is a run of its own beside the first', async () => {
    const stage = await fresh(CART)
    await stage.hear([cart('10:00', 'c1', 1)], day('10:00'))
    await stage.hear([cart('10:05', 'c2', 2)], day('10:05'))
    expect((await stage.runs()).map((run) => [run.identifier, run.status])).toEqual([
      ['c1', 'held'],
      ['c2', 'held'],
    ])
  })

  it('U3 an event of another identifier passes by', async () => {
    const stage = await fresh(CART)
    await stage.hear([cart('10:00', 'c1', 1)], day('10:00'))
    await stage.hear([{ who: ann, event: 'Order_Confirmation', properties: { cart_id: 'c2' }, at: day('10:05') }], day('10:05'))
    expect((await stage.runs()).map((run) => run.status)).toEqual(['held'])
    await stage.hear([{ who: ann, event: 'Order_Confirmation', properties: { cart_id: 'c1' }, at: day('10:06') }], day('10:06'))
    expect(await stage.runs()).toMatchObject([{ status: 'completed', context: { Order_Confirmation: { cart_id: 'c1' } } }])
    expect(await stage.messages()).toEqual([])
  })

  it('U4 an exit rule with a filter ends the run mid-delay, and nothing is sent after it', async () => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Trial_Started', frequency: 'once' },
      exits: [
        {
          name: 'churned',
          event: 'Subscription_Cancelled',
          where: { type: 'property', path: 'reason', compare: { operator: 'equals', value: 'churn' } },
        },
      ],
      start: 'wait',
      steps: {
        wait: { type: 'delay', for: '3 days', next: 'mail' },
        mail: { type: 'send', channel: 'email', template: 'x', next: null },
      },
    })
    const cancel = (reason: string, at: Date) => ({ who: ann, event: 'Subscription_Cancelled', properties: { reason }, at })
    const start = day('10:00')
    await stage.hear([{ who: ann, event: 'Trial_Started', at: start }], start)
    await stage.hear([cancel('price', day('10:00', '2026-03-02'))], day('10:00', '2026-03-02'))
    expect((await stage.runs()).map((run) => run.status)).toEqual(['active'])
    await stage.hear([cancel('churn', day('10:00', '2026-03-03'))], day('10:00', '2026-03-03'))
    expect(await stage.runs()).toMatchObject([{ status: 'exited', end_reason: 'churned', step: 'wait' }])
    await stage.settle(day('10:00', '2026-03-09'))
    expect([await stage.messages(), await stage.cohorts()]).toEqual([[], []])
  })

  it('U5 F041 F043 F066 F068 the first branch that fits takes the run, and only that one: audience, context, trait', async () => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Order', frequency: 'once' },
      start: 'which',
      steps: {
        which: {
          type: 'split',
          branches: [
            { name: 'VIP', condition: { type: 'audience', audience: 'vip' }, next: null },
            { name: 'over 100', condition: ordered('total', { operator: 'greater_than', value: 100 }), next: null },
            {
              name: 'even, with an A',
              condition: {
                type: 'and',
                conditions: [
                  { type: 'trait', path: 'even', compare: { operator: 'equals', value: true } },
                  { type: 'not', condition: ordered('items.$.sku', { operator: 'omits', value: 'A' }) },
                ],
              },
              next: null,
            },
          ],
          otherwise: { next: null },
        },
      },
    })
    await stage.audience('vip')
    await stage.join('vip', ben, day('09:00'))
    const orders: JsonObject[] = [
      { total: 100 },
      { total: 200 },
      { total: '150.5' },
      { total: 5, items: [{ sku: 'B' }, { sku: 'A' }] },
      { total: 5, items: [{ sku: 'A' }] },
    ]
    await stage.hear(
      orders.map((properties, i) => ({ who: person(i + 1), event: 'Order', properties, at: day('10:00') })),
      day('10:00'),
    )
    // The trait that is read is today's, the context is a copy of then (F066).
    await sql`update profile set traits = traits || '{"total": 500}' where space_id = ${stage.spaceId}`.execute(stage.db)
    await stage.settle(day('10:00'))
    const splits = (await stage.transitions()).filter(({ step }) => step === 'which')
    expect(splits.map(({ who, branch }) => [who, branch])).toEqual([
      ['0001', 'Everyone else'],
      ['0002', 'VIP'],
      ['0003', 'over 100'],
      ['0004', 'even, with an A'],
      ['0005', 'Everyone else'],
    ])
  })

  it('U6 what becomes true after arrival does not count: the split has decided', async () => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Order', frequency: 'once' },
      start: 'which',
      steps: {
        which: {
          type: 'split',
          branches: [{ name: 'VIP', condition: { type: 'audience', audience: 'vip' }, next: null }],
          otherwise: { next: 'wait' },
        },
        wait: { type: 'delay', for: '1 hour', next: null },
      },
    })
    await stage.audience('vip')
    await stage.hear([{ who: ann, event: 'Order', at: day('10:00') }], day('10:00'))
    await stage.settle(day('10:00'))
    await stage.join('vip', ann, day('10:01'))
    await stage.settle(day('12:00'))
    expect((await stage.transitions()).map(({ branch }) => branch)).toEqual([null, 'Everyone else', ''])
  })

  it.each([
    [false, 3],
    [true, 1],
  ])('U7 a random split draws anew on each entry, or with sticky %s once', async (sticky, atLeast) => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Order', identifier: 'id' },
      start: 'draw',
      steps: {
        draw: {
          type: 'random_split',
          sticky,
          branches: [
            { name: 'A', percent: 40, next: null },
            { name: 'B', percent: 40, next: null },
            { name: 'C', percent: 20, next: null },
          ],
        },
      },
    })
    for (let n = 0; n < 20; n++) {
      const at = new Date(day('10:00').getTime() + n * 60_000)
      await stage.hear([{ who: ann, event: 'Order', properties: { id: 'same' }, at }], at)
      await stage.settle(at)
    }
    const branches = (await stage.transitions()).flatMap(({ step, branch }) => (step === 'draw' ? [branch] : []))
    expect(branches).toHaveLength(20)
    expect(new Set(branches).size).toBe(atLeast)
  })

  it('U8 who may enter once enters once', async () => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Order', frequency: 'once' },
      start: 'end',
      steps: { end: { type: 'exit', reason: 'done' } },
    })
    for (const clock of ['10:00', '11:00']) {
      await stage.hear([{ who: ann, event: 'Order', at: day(clock) }], day(clock))
      await stage.settle(day(clock))
    }
    expect(await stage.runs()).toMatchObject([{ status: 'exited', end_reason: 'done', entry_key: 'once' }])
  })

  it('U9 after a join, the context holds only what was met on the way', async () => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Order', frequency: 'once' },
      start: 'which',
      steps: {
        which: {
          type: 'split',
          branches: [
            {
              name: 'even',
              condition: { type: 'trait', path: 'even', compare: { operator: 'equals', value: true } },
              next: 'hold',
            },
          ],
          otherwise: { next: 'mail' },
        },
        hold: {
          type: 'hold',
          branches: [{ name: 'again', event: 'Viewed', next: 'mail' }],
          timeout: { after: '1 hour', next: 'mail' },
        },
        mail: { type: 'send', channel: 'email', template: 'x', next: 'met' },
        met: {
          type: 'split',
          branches: [
            {
              name: 'viewed',
              condition: { type: 'journey_context', event: 'Viewed', path: 'page', compare: { operator: 'exists' } },
              next: null,
            },
          ],
          otherwise: { next: null },
        },
      },
    })
    await stage.hear(
      [ann, ben].map((who) => ({ who, event: 'Order', at: day('10:00') })),
      day('10:00'),
    )
    await stage.settle(day('10:00'))
    await stage.hear(
      [ann, ben].map((who) => ({ who, event: 'Viewed', properties: { page: 1 }, at: day('10:10') })),
      day('10:10'),
    )
    await stage.settle(day('10:10'))
    const keys = (await stage.messages()).map(({ who, variables }) => [
      who,
      Object.keys((variables['journey'] as { context: object }).context),
    ])
    expect(keys).toEqual([
      ['0001', ['Order']],
      ['0002', ['Order', 'Viewed']],
    ])
    const met = (await stage.transitions()).filter(({ step }) => step === 'met')
    expect(met.map(({ who, branch }) => [who, branch])).toEqual([
      ['0001', 'Everyone else'],
      ['0002', 'viewed'],
    ])
  })

  it('U11 filters of the entry are all asked', async () => {
    const stage = await fresh({
      entry: {
        type: 'event',
        event: 'Viewed',
        frequency: 'once',
        where: {
          type: 'and',
          filters: [
            { type: 'property', path: 'color', compare: { operator: 'one_of', values: ['red', 'blue'] } },
            { type: 'property', path: 'size', compare: { operator: 'equals', value: 'L' } },
          ],
        },
      },
      start: 'end',
      steps: { end: { type: 'exit' } },
    })
    const viewed = (n: number, color: string, size: string) => ({
      who: person(n),
      event: 'Viewed',
      properties: { color, size },
      at: day('10:00'),
    })
    await stage.hear([viewed(1, 'red', 'M'), viewed(2, 'blue', 'L'), viewed(3, 'green', 'L')], day('10:00'))
    expect((await stage.runs()).map((run) => run.profile_id)).toEqual([person(2)])
  })

  it('U12 the 26th run under way is refused, and that is written down', async () => {
    const stage = await fresh(CART)
    for (let n = 1; n <= 26; n++)
      await stage.hear(
        [cart('10:00', `c${n}`, n)].map((each) => ({ ...each, id: `m${n}` })),
        day('10:00'),
      )
    expect(await stage.runs()).toHaveLength(25)
    expect(await stage.refusals()).toEqual([{ who: '0001', reason: 'too_many_runs' }])
  })
})
