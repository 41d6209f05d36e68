import type { Blocked, IdentityRule, Period, Priority } from './wire.ts'

/** A rule as it is edited: what is typed, as it is typed. */
export type Draft = {
  readonly type: string
  readonly limit: string
  readonly period: Period
  /** By which of these ways the place is said; the number waits until it is. */
  readonly place: 'usual' | 'number' | 'last'
  readonly priority: string
  readonly readsTraits: boolean
  /** What is usual is blocked; the two texts wait until it is not. */
  readonly usual: boolean
  readonly values: string
  readonly patterns: string
}

export const NEW: Draft = {
  type: '',
  limit: '5',
  period: 'ever',
  place: 'usual',
  priority: '',
  readsTraits: true,
  usual: true,
  values: '',
  patterns: '',
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')

/** One value a line, and one pattern a line. */
export const textsOf = (blocked: readonly Blocked[]): Pick<Draft, 'values' | 'patterns'> => ({
  values: blocked.filter((entry) => typeof entry === 'string').join('\n'),
  patterns: blocked.flatMap((entry) => (typeof entry === 'string' ? [] : [entry.regex])).join('\n'),
})

export const draftOf = (rule: IdentityRule, usualBlocked: readonly Blocked[]): Draft => ({
  type: rule.type,
  limit: String(rule.limit),
  period: rule.period,
  place: rule.priority === null ? 'usual' : rule.priority === 'last' ? 'last' : 'number',
  priority: typeof rule.priority === 'number' ? String(rule.priority) : '',
  readsTraits: rule.readsTraits,
  usual: rule.blocked === null,
  ...textsOf(rule.blocked ?? usualBlocked),
})

/** How many of the blocked entries are values: the patterns come behind them. */
export const valueCount = ({ values }: Draft): number => lines(values).length

const blockedOf = ({ usual, values, patterns }: Draft): readonly Blocked[] | null =>
  usual ? null : [...lines(values), ...lines(patterns).map((regex) => ({ regex }))]

const priorityOf = ({ place, priority }: Draft): Priority =>
  place === 'usual' ? null : place === 'last' ? place : Number(priority)

// What is emptied is asked for as nothing: the API says what belongs there.
const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text))

type Body = {
  readonly limit: number | null
  readonly period: Period
  readonly priority: Priority
  readonly blocked: readonly Blocked[] | null
  readonly readsTraits: boolean
}

/** All that is said of a type, as it is sent. */
export const allOf = (draft: Draft): Body => ({
  limit: numberOf(draft.limit),
  period: draft.period,
  priority: priorityOf(draft),
  blocked: blockedOf(draft),
  readsTraits: draft.readsTraits,
})

/** Only what was changed: what somebody else changes meanwhile stays theirs. */
export const changesOf = (draft: Draft, before: Draft): Partial<Body> => {
  const [now, then] = [allOf(draft), allOf(before)]
  const changed = (Object.keys(now) as (keyof Body)[]).filter((key) => JSON.stringify(now[key]) !== JSON.stringify(then[key]))
  return Object.fromEntries(changed.map((key) => [key, now[key]]))
}
