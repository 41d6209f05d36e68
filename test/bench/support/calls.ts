/** A tracking call as a server's library sends it, nine in ten of them events. */
export type Call = {
  readonly type: 'identify' | 'track'
  readonly userId: string
  readonly messageId: string
  readonly timestamp: string
  readonly event?: string
  readonly properties?: object
  readonly traits?: Readonly<Record<string, string | number>>
  readonly context: object
}

/** Who calls, and around when. */
export type Callers = { readonly user: (n: number) => string; readonly count: number; readonly start: number }

/** The n-th call: of somebody who has not called for long, in the day before `start`. */
export const callOf = (n: number, { user, count, start }: Callers): Call => {
  const person = (n * 7919) % count
  const base = {
    userId: user(person),
    messageId: `message ${n}`,
    timestamp: new Date(start - (n % 86_400) * 1_000).toISOString(),
    context: { library: { name: 'bench', version: '1' }, ip: '203.0.113.7' },
  }
  if (n % 10 === 0)
    return {
      ...base,
      type: 'identify',
      traits: { email: `mail${person}@example.com`, name: `Person ${person}`, plan: n % 3 === 0 ? 'pro' : 'free', visits: n },
    }
  return {
    ...base,
    type: 'track',
    event: n % 4 === 0 ? 'Order Completed' : 'Product Viewed',
    properties: { revenue: n % 200, product_id: `sku ${n % 500}`, currency: 'USD' },
  }
}

/** `count` batches of `size` calls, numbered from `from`. */
export const batchesOf = (from: number, count: number, size: number, callers: Callers): readonly (readonly Call[])[] =>
  Array.from({ length: count }, (_, b) => Array.from({ length: size }, (_unused, i) => callOf(from + b * size + i, callers)))
