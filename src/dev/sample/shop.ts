import { type Call, identifyCall, orderCall, SEED, userIdOf } from './calls.ts'
import { personAt } from './people.ts'
import { type Customer, type Purchase, purchaseGaps, readCustomers } from './purchases.ts'
import { sendBatch } from './send.ts'

/*
 * The shop that keeps buying. A day of the real history takes ten seconds here: people who came back in the history come back after gaps
 * drawn from the real ones, which makes some two purchases a second; every few seconds somebody new signs up and buys.
 */

const DAY_MS = 10_000
const TICK_MS = 250
const NEW_CUSTOMER_EVERY_MS = 4_000
const BROWSES_PER_SECOND = 3
const RETURNING_ONE_TIMERS = 0.1
const LARGEST_BACKLOG = 2_000
const FIRST_NEW_NUMBER = 30_001

const PRODUCTS = [
  'Kind of Blue',
  'Blue Train',
  'Abbey Road',
  'Rumours',
  'Aja',
  'Low',
  'Pet Sounds',
  'Innervisions',
  'Hejira',
  'Remain in Light',
]

type Shopper = { readonly userId: string; readonly amounts: readonly Purchase[]; orders: number; dueMs: number }
export type Random = () => number
export type Shop = { readonly tick: (nowMs: number) => readonly Call[] }

const pick = <T>(list: readonly T[], random: Random): T | undefined => list[Math.floor(random() * list.length)]

const iso = (ms: number): Date => new Date(ms)

/** A shop over the real customers. `known` is how many people the space has had so far, so that nobody new takes the name of somebody who is there. */
export const createShop = (customers: readonly Customer[], known: number, startMs: number, random: Random): Shop => {
  const gaps = purchaseGaps(customers)
  const gapMs = (): number => (pick(gaps, random) ?? 30) * DAY_MS
  const amounts = customers.flatMap((customer) => customer.purchases)
  const shoppers: Shopper[] = customers
    .filter((customer) => customer.purchases.length > 1 || random() < RETURNING_ONE_TIMERS)
    .map((customer) => ({
      userId: userIdOf(customer),
      amounts: customer.purchases,
      orders: customer.purchases.length,
      // Somebody who watches comes in the middle of every gap.
      dueMs: startMs + gapMs() * random(),
    }))
  let people = Math.max(known, customers.length)
  let newcomerMs = startMs
  let views = 0

  const buy = (shopper: Shopper, nowMs: number): Call => {
    shopper.orders += 1
    shopper.dueMs = nowMs + gapMs()
    const bought = pick(shopper.amounts, random) ?? { quantity: 1, revenue: 14.99 }
    const call = orderCall(shopper.userId, shopper.orders, bought, iso(nowMs))
    // After a restart the count begins again, and an order that was told already would change nothing.
    return { ...call, messageId: `shop-${shopper.userId}-${nowMs.toString(36)}` }
  }
  const welcome = (nowMs: number): readonly Call[] => {
    const userId = `u_${FIRST_NEW_NUMBER + people - customers.length}`
    const person = personAt(SEED, people, userId)
    people += 1
    newcomerMs = nowMs + NEW_CUSTOMER_EVERY_MS * (0.5 + random())
    const shopper: Shopper = { userId, amounts, orders: 0, dueMs: 0 }
    shoppers.push(shopper)
    return [identifyCall(person, iso(nowMs - 1)), buy(shopper, nowMs)]
  }
  const browse = (nowMs: number): readonly Call[] => {
    const somebody = random() < (BROWSES_PER_SECOND * TICK_MS) / 1_000 ? pick(shoppers, random) : undefined
    if (!somebody) return []
    views += 1
    const properties = { name: pick(PRODUCTS, random), price: Math.round(800 + random() * 2_200) / 100, currency: 'USD' }
    const messageId = `shop-view-${nowMs.toString(36)}-${views}`
    return [
      {
        type: 'track',
        event: 'Product Viewed',
        messageId,
        userId: somebody.userId,
        timestamp: iso(nowMs).toISOString(),
        properties,
      },
    ]
  }
  return {
    tick: (nowMs) => [
      ...(nowMs >= newcomerMs ? welcome(nowMs) : []),
      ...shoppers.filter((shopper) => shopper.orders > 0 && shopper.dueMs <= nowMs).map((shopper) => buy(shopper, nowMs)),
      ...browse(nowMs),
    ],
  }
}

export type Feed = { readonly stop: () => Promise<void> }

/** Lets the shop run against the front door until stopped. What the door does not take is sent again with what comes next. */
export const startFeed = (options: {
  readonly url: string
  readonly writeKey: string
  readonly known: number
  readonly random: Random
  readonly now: () => number
}): Feed => {
  const shop = createShop(readCustomers(), options.known, options.now(), options.random)
  const stopping = new AbortController()
  let backlog: readonly Call[] = []
  const once = async (): Promise<void> => {
    backlog = [...backlog, ...shop.tick(options.now())].slice(-LARGEST_BACKLOG)
    if (backlog.length === 0) return
    const batch = backlog.slice(0, 200)
    await sendBatch(options.url, options.writeKey, batch, stopping.signal)
    backlog = backlog.slice(batch.length)
  }
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await once().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
