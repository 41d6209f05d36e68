import type { JourneyDraft } from '../../src/journey/definition.ts'
import { person } from './stage.ts'

/** A clock time of a day in March. */
export const day = (clock: string, date = '2026-03-01'): Date => new Date(`${date}T${clock}:00Z`)
export const [ann, ben] = [person(1), person(2)]

/** U1 to U3: a cart that may be edited before it is ordered or forgotten. */
export const CART: JourneyDraft = {
  entry: { type: 'event', event: 'Cart_Modified', identifier: 'cart_id' },
  start: 'hold',
  steps: {
    hold: {
      type: 'hold',
      branches: [
        { name: 'shopper edits cart', event: 'Cart_Modified', loop: true, next: null },
        { name: 'ordered', event: 'Order_Confirmation', next: null },
      ],
      timeout: { after: '2 hours', next: 'nudge' },
    },
    nudge: { type: 'send', channel: 'email', template: 'nudge', next: null },
  },
}
export const cart = (clock: string, cart_id: string, total: number, who = ann) => ({
  who,
  event: 'Cart_Modified',
  properties: { cart_id, total },
  at: day(clock),
})
