import { sha256 } from '../base/hash.ts'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { type Gate, PASS, type Verdict } from '../event/verdict.ts'
import { askFilter } from '../filter/gate.ts'
import type { Answer } from '../fql/compile.ts'
import { readPath } from './fields.ts'
import { EVERYTHING, type FilterAction } from './filters.ts'
import { sourcePathOf } from './key-path.ts'

/** A destination filter as it is asked. */
export type AskedFilter = {
  readonly id: string
  readonly title: string
  readonly condition: string
  readonly actions: readonly FilterAction[]
}
type Fields = Readonly<Record<string, readonly string[]>>
type Fitting = { readonly filter: AskedFilter; readonly action: FilterAction }

const YES: Answer = { kind: 'true' }

// What makes a call a call, whatever else is let through.
const KEPT: ReadonlySet<string> = new Set(['type', 'messageId'])

const pick = (value: Json, holds: (key: string) => boolean): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => pick(item, holds))
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => holds(key))) : value
}

// In an array the rest of the path is about each of its items.
const changeAt = (value: Json, path: readonly (string | number)[], change: (value: Json) => Json): Json => {
  if (Array.isArray(value) && typeof path[0] !== 'number') return value.map((item: Json) => changeAt(item, path, change))
  const [first, ...rest] = path
  if (first === undefined) return change(value)
  if (Array.isArray(value)) return value.map((item: Json, at) => (at === first ? changeAt(item, rest, change) : item))
  const key = String(first)
  if (!isObject(value) || !Object.hasOwn(value, key)) return value
  return { ...value, [key]: changeAt(value[key] ?? null, rest, change) }
}

const changeFields = (call: JsonObject, fields: Fields, keep: boolean): JsonObject =>
  Object.entries(fields).reduce<JsonObject>((now, [path, keys]) => {
    const named = new Set(keys)
    const holds = (key: string): boolean => (path === '' && KEPT.has(key)) || named.has(key) === keep
    const changed = changeAt(now, path === '' ? [] : (sourcePathOf(path) ?? [path]), (value) => pick(value, holds))
    return isObject(changed) ? changed : now
  }, call)

/** Where in [0, 1) a call falls: the same value at the path, or without one the same call, always in the same place. */
export const placeOf = (filterId: string, call: JsonObject, path: string | undefined): number => {
  const value = path === undefined ? undefined : readPath(call, sourcePathOf(path) ?? [path])
  const text = value === undefined || value === null ? `m ${String(call['messageId'])}` : `v ${JSON.stringify(value)}`
  return Number.parseInt(sha256(`${filterId} ${text}`).slice(0, 12), 16) / 2 ** 48
}

const dropped = ({ id, title }: AskedFilter, reason: string): Verdict => ({
  kind: 'drop',
  code: 'event_filter',
  reason: `${reason} the destination filter "${title}"`,
  by: id,
})

// Sample, then drop, then drop properties, then allow properties, whatever filter they are of (spec/messaging §8.7).
const apply = (fitting: readonly Fitting[], call: JsonObject): Verdict => {
  const did: string[] = []
  let now = call
  for (const { filter, action } of fitting)
    if (action.type === 'SAMPLE' && placeOf(filter.id, call, action.path) >= action.percent)
      return dropped(filter, 'is outside the sample of')
  for (const { filter, action } of fitting) if (action.type === 'DROP') return dropped(filter, 'is dropped by')
  for (const wanted of ['DROP_PROPERTIES', 'ALLOW_PROPERTIES'] as const)
    for (const { filter, action } of fitting) {
      if (action.type !== wanted) continue
      now = changeFields(now, action.fields, wanted === 'ALLOW_PROPERTIES')
      did.push(filter.title)
    }
  return did.length === 0 ? PASS : { kind: 'change', call: now, did: did.map((title) => `the destination filter "${title}"`) }
}

/**
 * One gate of a destination's filters. All are asked of the call as it came; where one cannot decide, the call is dropped: what somebody wanted kept
 * back must not go out for a mistake (spec/messaging §8.7).
 */
export const destinationFilterGate = (filters: readonly AskedFilter[]): Gate => {
  const asked = filters.map((filter) => ({
    filter,
    ask: filter.condition === EVERYTHING ? () => YES : askFilter(filter.condition),
  }))
  return (call) => {
    const fitting: Fitting[] = []
    for (const { filter, ask } of asked) {
      const answer = ask(call)
      if (answer.kind === 'failed') return dropped(filter, `is dropped because nobody can say (${answer.reason}) whether it fits`)
      if (answer.kind === 'true') fitting.push(...filter.actions.map((action) => ({ filter, action })))
    }
    return fitting.length === 0 ? PASS : apply(fitting, call)
  }
}
