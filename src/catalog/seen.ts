import { type Json, type JsonObject, storable } from '../base/json.ts'
import type { CatalogSeenRow } from '../db/rows/catalog.ts'
import { addFrequent, countValue, eachPath, type Frequent } from './frequent.ts'
import { bagOf, type Subject } from './subject.ts'

/** What was counted of one subject. */
export type Seen = Subject & {
  first: number
  last: number
  readonly days: Map<string, [number, number]>
  readonly kinds: Map<string, number>
  frequent: Frequent
}
/** By subject. */
export type SeenMap = Map<string, Seen>

const MOST_SUBJECTS = 20_000
const MOST_PATHS_OF_CALL = 300
const DAY_MS = 86_400_000
const DAYS_KEPT = 31

// All calls of a request came at the same instant.
let asked = { at: Number.NaN, day: '' }
const dayOf = (at: number): string => {
  if (asked.at !== at) asked = { at, day: new Date(at).toISOString().slice(0, 10) }
  return asked.day
}
export const seenKey = ({ type, name, path }: Subject): string => `${type}\u0000${name}\u0000${path}`

const seenAt = (map: SeenMap, subject: Subject, at: number): Seen | undefined => {
  const key = seenKey(subject)
  const there = map.get(key)
  if (there) return there
  if (map.size >= MOST_SUBJECTS) return undefined
  const made: Seen = { ...subject, first: at, last: at, days: new Map(), kinds: new Map(), frequent: new Map() }
  map.set(key, made)
  return made
}

/*
 * What a call carries is counted of each of the first 256 calls of a name between two writes, and of every eighth after that, eight times: of
 * more than that a second, every property of every call would be a tenth of what the API spends on it (45.8 ms per 1,000 events, 40.5 so), and tells nothing more. Calls themselves
 * are counted all.
 */
const ALL_OF = 256
/** Of one in so many calls of a busy event it is counted what they carry, so many times over. */
export const ONE_IN = 8
const met = new WeakMap<SeenMap, Map<string, number>>()
const weightOf = (map: SeenMap, { type, name }: Pick<Subject, 'type' | 'name'>): number => {
  const counts = met.get(map) ?? new Map<string, number>()
  met.set(map, counts)
  const key = `${type} ${name}`
  const times = (counts.get(key) ?? 0) + 1
  counts.set(key, times)
  if (times <= ALL_OF) return 1
  return times % ONE_IN === 0 ? ONE_IN : 0
}

const count = (map: SeenMap, subject: Subject, at: number, day: string, blocked: boolean, times = 1): Seen | undefined => {
  const seen = seenAt(map, subject, at)
  if (!seen) return undefined
  seen.first = Math.min(seen.first, at)
  seen.last = Math.max(seen.last, at)
  const counts = seen.days.get(day) ?? [0, 0]
  counts[blocked ? 1 : 0] += times
  seen.days.set(day, counts)
  return seen
}

/** Counts a call: its event, and what it carried where it was let in. `omitted`: what was taken out of it at the door. */
export const countCall = (
  map: SeenMap,
  event: Pick<Subject, 'type' | 'name'>,
  call: JsonObject,
  { at, blocked, omitted }: { readonly at: number; readonly blocked: boolean; readonly omitted: readonly string[] },
): void => {
  const { type, name } = event
  const day = dayOf(at)
  if (name !== '') count(map, { type, name, path: '' }, at, day, blocked)
  const times = blocked ? 0 : weightOf(map, event)
  if (times === 0) return
  const paths = new Map<string, Seen | undefined>()
  eachPath(call[bagOf(type)] ?? null, (path, kind, value) => {
    if (!paths.has(path)) {
      if (paths.size >= MOST_PATHS_OF_CALL) return
      const out = omitted.length > 0 && omitted.some((one) => path === one || path.startsWith(`${one}.`))
      paths.set(path, count(map, { type, name, path: storable(path) }, at, day, out, times))
    }
    const seen = paths.get(path)
    if (seen) countInside(seen, kind, value, times)
  })
}

const countInside = (seen: Seen, kind: string, value: Json, times: number): void => {
  seen.kinds.set(kind, (seen.kinds.get(kind) ?? 0) + times)
  if (kind !== 'array' && kind !== 'object') seen.frequent = countValue(seen.frequent, value, times)
}

export type Stored = Pick<CatalogSeenRow, 'type' | 'name' | 'path' | 'first_at' | 'last_at' | 'days' | 'kinds' | 'frequent'>

const summed = (a: Readonly<Record<string, number>>, b: ReadonlyMap<string, number>): Record<string, number> => {
  const sum = { ...a }
  for (const [key, more] of b) sum[key] = (sum[key] ?? 0) + more
  return sum
}

/** What is stored with what was counted since; days older than 31 before the newest are forgotten. */
export const addSeen = (row: Stored, seen: Seen): Stored => {
  const days: Record<string, readonly [number, number]> = { ...row.days }
  for (const [day, [allowed, blocked]] of seen.days) {
    const [before, blockedBefore] = days[day] ?? [0, 0]
    days[day] = [before + allowed, blockedBefore + blocked]
  }
  const last = Math.max(row.last_at.getTime(), seen.last)
  const oldest = dayOf(last - DAYS_KEPT * DAY_MS)
  return {
    ...row,
    first_at: new Date(Math.min(row.first_at.getTime(), seen.first)),
    last_at: new Date(last),
    days: Object.fromEntries(Object.entries(days).filter(([day]) => day > oldest)),
    kinds: summed(row.kinds, seen.kinds),
    frequent: Object.fromEntries(addFrequent(new Map(Object.entries(row.frequent)), seen.frequent)),
  }
}

/** How often let in and blocked since that day (of `YYYY-MM-DD`). */
export const countsSince = (days: Stored['days'], since: string): { readonly allowed: number; readonly blocked: number } => {
  let [allowed, blocked] = [0, 0]
  for (const [day, [one, other]] of Object.entries(days)) if (day >= since) [allowed, blocked] = [allowed + one, blocked + other]
  return { allowed, blocked }
}

/** The type that it mostly has. */
export const kindOf = (kinds: Stored['kinds']): string => {
  const [first] = Object.entries(kinds).toSorted((a, b) => Number(a[0] === 'null') - Number(b[0] === 'null') || b[1] - a[1])
  return first?.[0] ?? 'null'
}
