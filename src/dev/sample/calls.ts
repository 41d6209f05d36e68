import { draw } from '../../base/hash.ts'
import { must } from '../../base/must.ts'
import { type Person, personAt } from './people.ts'
import { type Customer, DAY_MS, movedToNow, type Purchase } from './purchases.ts'

export const SEED = 'usher sample'

/** A tracking call as any Segment library sends it in a batch. */
export type Call = {
  readonly type: 'identify' | 'track'
  readonly messageId: string
  readonly userId: string
  readonly timestamp: string
  readonly event?: string
  readonly traits?: Readonly<Record<string, unknown>>
  readonly properties?: Readonly<Record<string, unknown>>
  readonly context?: Readonly<Record<string, unknown>>
}

const externalId = (type: string, id: string) => ({ id, type, collection: 'users', encoding: 'none' })

/** The call that makes a person known: traits, further identifiers, and what they said about being written to (spec/messaging §2.1). */
export const identifyCall = (person: Person, at: Date): Call => ({
  type: 'identify',
  messageId: `sample-${person.userId}-identify`,
  userId: person.userId,
  timestamp: at.toISOString(),
  traits: {
    first_name: person.firstName,
    last_name: person.lastName,
    name: `${person.firstName} ${person.lastName}`,
    email: person.email,
    ...(person.phone ? { phone: person.phone } : {}),
    timezone: person.timeZone,
    push_enabled: person.subscriptions.some(({ type, status }) => type.endsWith('PUSH') && status === 'SUBSCRIBED'),
    created_at: at.toISOString(),
  },
  context: {
    timezone: person.timeZone,
    externalIds: [
      ...(person.phone ? [externalId('phone', person.phone)] : []),
      ...(person.push ? [externalId(`${person.push.type}.push_token`, person.push.token)] : []),
    ],
    ...(person.subscriptions.length > 0 ? { messaging_subscriptions: person.subscriptions } : {}),
    ...(person.push ? { device: { type: person.push.type, token: person.push.token } } : {}),
  },
})

/** A purchase: the `number`th order of this person. */
export const orderCall = (userId: string, number: number, bought: Omit<Purchase, 'day'>, at: Date): Call => ({
  type: 'track',
  event: 'Order Completed',
  messageId: `sample-${userId}-order-${number}`,
  userId,
  timestamp: at.toISOString(),
  properties: {
    order_id: `${userId}-${number}`,
    order_number: number,
    revenue: bought.revenue,
    quantity: bought.quantity,
    currency: 'USD',
  },
})

// The history knows days only: people buy between 8 in the morning and 11 at night, orders of one day in their order.
const instantOf = (customer: Customer, at: number): Date => {
  const { day } = must(customer.purchases[at], 'a purchase')
  const sameDay = customer.purchases.findIndex((purchase) => purchase.day === day)
  const start = 8 * 3_600_000 + draw(`${SEED}\u0000${customer.id}\u0000${day}`) * 14 * 3_600_000
  return new Date(day * DAY_MS + Math.floor(start) + (at - sameDay) * 600_000)
}

export const userIdOf = (customer: Customer): string => `u_${customer.id}`

/** One person's whole history as calls, in order of time: who they are, then what they bought. */
export const callsOf = (customer: Customer, index: number): readonly Call[] => {
  const userId = userIdOf(customer)
  const person = personAt(SEED, index, userId)
  const known = new Date(instantOf(customer, 0).getTime() - 300_000)
  return [
    identifyCall(person, known),
    ...customer.purchases.map((purchase, at) => orderCall(userId, at + 1, purchase, instantOf(customer, at))),
  ]
}

/** The whole history, a list a person, moved so that its last day is the day before `now`. The same for the same day. */
export const historyCalls = (customers: readonly Customer[], now: Date): readonly (readonly Call[])[] =>
  movedToNow(customers, now).map(callsOf)
