import { describe, expect, it } from 'vitest'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { freshDatabase } from '../support/database.ts'
import { ann, ben, CART, cart, day } from './cart.ts'
import { makeStage, type Stage } from './stage.ts'

/* How runs enter, are held and do their steps, on real tables and a clock of their own; everything is told and advanced twice (G5). */
const { db } = await freshDatabase()
let spaces = 0
const fresh = async (draft: JourneyDraft): Promise<Stage> => {
  const stage = makeStage(db, `spa_${++spaces}`, { twice: true })
  await stage.profiles(30)
  await stage.publish('jny_1', draft)
  return stage
}

describe('entry', () => {
  it.each([
    ['no value', {}, 'no_identifier'],
    ['an empty value', { cart_id: '' }, 'no_identifier'],
    ['151 characters', { cart_id: 'x'.repeat(151) }, 'long_identifier'],
  ])('refuses an identifier with %s', async (_, properties, reason) => {
    const stage = await fresh(CART)
    await stage.hear([{ who: ann, event: 'Cart_Modified', properties, at: day('10:00') }], day('10:00'))
    expect([await stage.runs(), await stage.refusals()]).toEqual([[], [{ who: '0001', reason }]])
  })

  it('takes the identifier of a finished run again', async () => {
    const stage = await fresh(CART)
    await stage.hear([cart('10:00', 'c1', 1)], day('10:00'))
    await stage.settle(day('12:00'))
    await stage.hear([cart('13:00', 'c1', 2)], day('13:00'))
    expect((await stage.runs()).map((run) => run.status)).toEqual(['completed', 'held'])
  })

  it('hears the events of one tick in their order: entered, edited, ordered', async () => {
    const stage = await fresh(CART)
    const ordered = { who: ann, event: 'Order_Confirmation', properties: { cart_id: 'c1' }, at: day('10:02') }
    await stage.hear([ordered, cart('10:01', 'c1', 2), cart('10:00', 'c1', 1)], day('10:03'))
    expect(await stage.runs()).toMatchObject([
      {
        status: 'completed',
        context: { 'Cart_Modified - shopper edits cart': { total: 2 }, Order_Confirmation: { cart_id: 'c1' } },
      },
    ])
  })

  it('asks for the audience as it is at that moment', async () => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Order', frequency: 'once', audience: 'vip' },
      start: 'end',
      steps: { end: { type: 'exit' } },
    })
    await stage.audience('vip')
    await stage.join('vip', ben, day('09:00'))
    await stage.hear(
      [ann, ben].map((who) => ({ who, event: 'Order', at: day('10:00') })),
      day('10:00'),
    )
    expect((await stage.runs()).map((run) => run.profile_id)).toEqual([ben])
  })

  it('lets nobody in who qualifies while it is paused or after it was superseded', async () => {
    const stage = await fresh(CART)
    await stage.hear([cart('10:00', 'c1', 1)], day('10:00'))
    for (const [journey, version] of [
      ['paused', 'live'],
      ['live', 'draining'],
      ['archived', 'archived'],
    ] as const) {
      await stage.setStatus('jny_1', journey, version)
      await stage.hear([cart('10:10', 'c2', 1)], day('10:10'))
      expect((await stage.runs()).map((run) => run.identifier)).toEqual(['c1'])
    }
  })

  it('releases and exits also while it is paused', async () => {
    const stage = await fresh(CART)
    await stage.hear([cart('10:00', 'c1', 1)], day('10:00'))
    await stage.setStatus('jny_1', 'paused', 'live')
    await stage.hear([{ who: ann, event: 'Order_Confirmation', properties: { cart_id: 'c1' }, at: day('10:05') }], day('10:05'))
    expect((await stage.runs()).map((run) => run.status)).toEqual(['completed'])
  })
})

describe('entry by audience', () => {
  const draft = (frequency: 'once' | 'every_time', existing = false): JourneyDraft => ({
    entry: { type: 'audience', audience: 'vip', frequency, existing },
    start: 'wait',
    steps: { wait: { type: 'delay', for: '1 day', next: null } },
  })

  it.each([
    ['once', 1],
    ['every_time', 2],
  ] as const)('%s: entering twice, with the first run finished, makes %s', async (frequency, runs) => {
    const stage = await fresh(draft(frequency))
    await stage.audience('vip')
    await stage.enter('vip', [ann], day('10:00'))
    await stage.enter('vip', [ann], day('11:00'))
    expect(await stage.runs()).toHaveLength(1)
    await stage.settle(day('12:00', '2026-03-02'))
    await stage.enter('vip', [ann], day('12:00', '2026-03-02'))
    expect(await stage.runs()).toHaveLength(runs)
  })

  it('takes members of before once, in cohorts, though they are told as entered too', async () => {
    const stage = await fresh(draft('every_time', true))
    await stage.audience('vip')
    for (const who of [ann, ben]) await stage.join('vip', who, day('10:00'))
    await stage.published('jny_1', 1, day('10:01'))
    await stage.enter('vip', [ann], day('10:00'), day('10:02'))
    await stage.settle(day('12:00', '2026-03-02'))
    await stage.enter('vip', [ben], day('10:00'), day('12:00', '2026-03-02'))
    expect((await stage.runs()).map((run) => [run.profile_id, run.status])).toEqual([
      [ann, 'completed'],
      [ben, 'completed'],
    ])
  })
})

describe('hold', () => {
  it('does not hear what came before the run did, nor what came after its time was up', async () => {
    const stage = await fresh({
      ...CART,
      start: 'first',
      steps: { ...CART.steps, first: { type: 'delay', for: '1 hour', next: 'hold' } },
    })
    const order = (clock: string) => ({ who: ann, event: 'Order_Confirmation', properties: { cart_id: 'c1' }, at: day(clock) })
    await stage.hear([cart('10:00', 'c1', 1)], day('10:00'))
    await stage.hear([order('10:30')], day('10:30'))
    await stage.settle(day('11:00'))
    await stage.hear([order('10:30')], day('11:01'))
    await stage.hear([{ ...order('13:01'), id: 'late' }], day('13:01'))
    expect((await stage.runs()).map((run) => [run.step, run.status])).toEqual([['hold', 'held']])
    await stage.settle(day('13:02'))
    expect((await stage.messages()).map(({ step }) => step)).toEqual(['nudge'])
  })

  it('hears what was told while the transaction that brought the run was not committed', async () => {
    const stage = await fresh({
      ...CART,
      start: 'first',
      steps: { ...CART.steps, first: { type: 'delay', for: '1 hour', next: 'hold' } },
    })
    const order = { who: ann, event: 'Order_Confirmation', properties: { cart_id: 'c1' }, at: day('11:00'), id: 'm1' }
    await stage.hear([cart('10:00', 'c1', 1)], day('10:00'))
    await stage.store([order])
    await stage.hear([order], day('11:00'))
    expect((await stage.runs()).map((run) => run.step)).toEqual(['first'])
    await stage.settle(day('11:00'))
    expect(await stage.runs()).toMatchObject([{ status: 'completed', context: { Order_Confirmation: { cart_id: 'c1' } } }])
    await stage.hear([order], day('11:01'))
    expect(await stage.transitions()).toHaveLength(3)
  })

  it('F051 follows a loop a hundred times, then lets its events pass', async () => {
    const stage = await fresh(CART)
    const minute = (n: number) => new Date(day('10:00').getTime() + n * 60_000)
    const edits = Array.from({ length: 103 }, (_, n) => ({ ...cart('10:00', 'c1', n), at: minute(n), id: `m${n}` }))
    await stage.hear(edits, minute(103))
    expect(await stage.runs()).toMatchObject([
      { loops: 100, status: 'held', context: { 'Cart_Modified - shopper edits cart': { total: 100 } } },
    ])
  })

  it('F026 an exit that matches the identifier ends that run only, also while it is held', async () => {
    const stage = await fresh({ ...CART, exits: [{ event: 'Cart_Deleted', match_identifier: true }] })
    await stage.hear([cart('10:00', 'c1', 1), { ...cart('10:00', 'c2', 1), id: 'm2' }], day('10:00'))
    await stage.hear([{ who: ann, event: 'Cart_Deleted', properties: { cart_id: 'c2' }, at: day('10:01') }], day('10:01'))
    expect((await stage.runs()).map((run) => [run.identifier, run.status])).toEqual([
      ['c1', 'held'],
      ['c2', 'exited'],
    ])
  })
})

describe('steps', () => {
  it('F061 set trait writes the trait on the profiles', async () => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Order', frequency: 'once' },
      start: 'mark',
      steps: {
        mark: { type: 'set_trait', trait: 'stage', value: 'buyer', next: 'which' },
        which: {
          type: 'split',
          branches: [
            {
              name: 'buyers',
              condition: { type: 'trait', path: 'stage', compare: { operator: 'equals', value: 'buyer' } },
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
    const ways = (await stage.transitions()).filter(({ step }) => step === 'which').map(({ branch }) => branch)
    expect(ways).toEqual(['buyers', 'buyers'])
  })

  it('F046 a branch may do nothing; who took it is counted', async () => {
    const stage = await fresh({
      entry: { type: 'event', event: 'Order', frequency: 'once' },
      start: 'draw',
      steps: {
        draw: {
          type: 'random_split',
          branches: [
            { name: 'A', percent: 0, next: 'mail' },
            { name: 'control', percent: 100, next: null },
          ],
        },
        mail: { type: 'send', channel: 'email', template: 'x', next: null },
      },
    })
    await stage.hear(
      [ann, ben].map((who) => ({ who, event: 'Order', at: day('10:00') })),
      day('10:00'),
    )
    await stage.settle(day('10:00'))
    expect([(await stage.runs()).map((run) => run.status), await stage.messages()]).toEqual([['completed', 'completed'], []])
  })
})
