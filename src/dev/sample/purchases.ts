import { readFileSync } from 'node:fs'

/** One purchase: days since 1970 (as the shop counted them), CDs, dollars. */
export type Purchase = { readonly day: number; readonly quantity: number; readonly revenue: number }

/** One real customer of the shop, by the id that the shop gave, purchases in order. */
export type Customer = { readonly id: string; readonly purchases: readonly Purchase[] }

export const DAY_MS = 86_400_000
const FILE = new URL('../../../templates/sample/purchases.txt', import.meta.url)

const dayOf = (date: string): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8))) / DAY_MS

const purchaseOf = (text: string): Purchase => {
  const [date = '', quantity, revenue] = text.split(',')
  return { day: dayOf(date), quantity: Number(quantity), revenue: Number(revenue) }
}

/** The 2,357 customers with their 6,919 purchases, dates as they were. */
export const readCustomers = (): readonly Customer[] =>
  readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [id = '', ...purchases] = line.split(' ')
      return { id, purchases: purchases.map(purchaseOf) }
    })

/** Moves the whole history so that its last day is the day before `now` (UTC). */
export const movedToNow = (customers: readonly Customer[], now: Date): readonly Customer[] => {
  const last = customers.flatMap((customer) => customer.purchases).reduce((latest, { day }) => Math.max(latest, day), 0)
  const shift = Math.floor(now.getTime() / DAY_MS) - 1 - last
  return customers.map(({ id, purchases }) => ({ id, purchases: purchases.map((p) => ({ ...p, day: p.day + shift })) }))
}

/** Days between one purchase and the next, over all customers: what the shop feed draws from. */
export const purchaseGaps = (customers: readonly Customer[]): readonly number[] =>
  customers
    .flatMap(({ purchases }) => purchases.slice(1).map((p, at) => p.day - (purchases[at]?.day ?? p.day)))
    .filter((gap) => gap > 0)
