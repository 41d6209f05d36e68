import { milliseconds } from '../../base/duration.ts'
import type { Comparison, Literal, Reference, Time } from '../condition.ts'
import { compareExact } from './exact.ts'
import { type Instant, instantOfDate, literalInstant } from './instant.ts'
import { type Place, referencedValues } from './place.ts'
import { asValue, instantOf, numberOf, textOf, type Value } from './value.ts'

/** What a value is compared with. Only what was written down by hand may be a date or time without a zone (spec/audiences §11.2). */
type Right = { readonly value: Value; readonly literal: boolean; readonly time?: Instant | undefined }

const rightsOf = (right: Literal | Reference | Time, place: Place): readonly Right[] => {
  if (typeof right === 'object' && 'time' in right)
    return [{ value: { kind: 'text', text: right.time }, literal: true, time: instantOfLiteral(right.time) }]
  if (typeof right === 'object') return referencedValues(place, right).map((value) => ({ value, literal: false }))
  const value = asValue(right)
  return value === undefined ? [] : [{ value, literal: true }]
}

/** Letters without their case: small ones, and the sigma that ends a word is a sigma. */
const folded = (text: string, ignoreCase: boolean): string => (ignoreCase ? text.toLowerCase().replaceAll('ς', 'σ') : text)

/**
 * Exact match after coercion: values of different types are equal where they mean the same (the words true and false, plain decimals). Two
 * texts are the same text or not equal: the version "1.10" is not "1.1".
 */
const equal = (left: Value, right: Value, ignoreCase: boolean): boolean => {
  const isWord = ({ kind }: Value): boolean => kind === 'boolean' || kind === 'text'
  if (isWord(left) && isWord(right)) return folded(textOf(left), ignoreCase) === folded(textOf(right), ignoreCase)
  if (left.kind === 'tree' || right.kind === 'tree') return left.kind === right.kind && textOf(left) === textOf(right)
  const [one, other] = [numberOf(left), numberOf(right)]
  return one !== undefined && other !== undefined && compareExact(one, other) === 0
}

/** The same, and to a time without quotes the same instant, however it is written (spec/audiences §11.2). */
const isSame = (left: Value, { value, time }: Right, ignoreCase: boolean): boolean =>
  equal(left, value, ignoreCase) || (time !== undefined && instantOf(left) === time)

/** Negative, zero or positive as text `a` goes before, is or goes after `b`, by code point. */
export const byCodePoint = (a: string, b: string): number => {
  const [left, right] = [Array.from(a), Array.from(b)]
  for (const [index, char] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    if (char !== other) return (char.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0)
  }
  return left.length - right.length
}

/** As numbers if both are, else as instants if both are, else two texts by code point; undefined where there is no order. */
const order = (left: Value, { value: right, literal }: Right): number | undefined => {
  const [one, other] = [numberOf(left), numberOf(right)]
  if (one !== undefined && other !== undefined) return compareExact(one, other)
  if (left.kind !== 'text' || right.kind !== 'text') return undefined
  const [stored, asked] = [instantOf(left), literal ? literalInstant(right.text) : instantOf(right)]
  if (stored !== undefined && asked !== undefined) return Number(stored - asked)
  return byCodePoint(left.text, right.text)
}

const ordered = (left: Value, rights: readonly Right[], holds: (order: number) => boolean): boolean =>
  rights.some((right) => {
    const found = order(left, right)
    return found !== undefined && holds(found)
  })

const dated = (value: Value, holds: (instant: Instant) => boolean): boolean => {
  const instant = instantOf(value)
  return instant !== undefined && holds(instant)
}

const instantOfLiteral = (text: string): Instant => {
  const instant = literalInstant(text)
  if (instant === undefined) throw new Error(`no instant: ${text}`)
  return instant
}

type Textual = Extract<Comparison, { operator: 'contains' | 'omits' | 'starts_with' | 'ends_with' }>

const textual = (value: Value, compare: Textual, place: Place): boolean => {
  const ignoreCase = compare.ignoreCase ?? false
  const text = folded(textOf(value), ignoreCase)
  const some = (right: string | Reference, holds: (word: string) => boolean): boolean =>
    rightsOf(right, place).some((each) => holds(folded(textOf(each.value), ignoreCase)))
  switch (compare.operator) {
    case 'contains':
      return compare.values.some((each) => some(each, (word) => text.includes(word)))
    case 'omits':
      return !some(compare.value, (word) => text.includes(word))
    case 'starts_with':
      return some(compare.value, (word) => text.startsWith(word))
    case 'ends_with':
      return some(compare.value, (word) => text.endsWith(word))
  }
}

/** One value that is there, against what is asked. `omits` and `absent` are asked of all values, below. */
const satisfies = (value: Value, compare: Comparison, place: Place): boolean => {
  const at = instantOfDate(place.now)
  const span = 'duration' in compare ? BigInt(milliseconds(compare.duration)) * 1000n : 0n
  const rights = 'value' in compare ? rightsOf(compare.value, place) : []
  const ignoreCase = 'ignoreCase' in compare && compare.ignoreCase === true
  const isOneOf = (values: readonly (Literal | Time)[]): boolean =>
    values.flatMap((each) => rightsOf(each, place)).some((right) => isSame(value, right, ignoreCase))
  switch (compare.operator) {
    case 'equals':
      return rights.some((right) => isSame(value, right, ignoreCase))
    case 'not_equals':
      return rights.some((right) => !isSame(value, right, ignoreCase))
    case 'one_of':
      return isOneOf(compare.values)
    case 'none_of':
      return !isOneOf(compare.values)
    case 'less_than':
      return ordered(value, rights, (found) => found < 0)
    case 'at_most':
      return ordered(value, rights, (found) => found <= 0)
    case 'greater_than':
      return ordered(value, rights, (found) => found > 0)
    case 'at_least':
      return ordered(value, rights, (found) => found >= 0)
    case 'contains':
    case 'omits':
    case 'starts_with':
    case 'ends_with':
      return textual(value, compare, place)
    case 'exists':
      return true
    case 'absent':
      return false
    case 'before_date':
      return dated(value, (instant) => instant < instantOfLiteral(compare.value))
    case 'after_date':
      return dated(value, (instant) => instant > instantOfLiteral(compare.value))
    case 'within_last':
      return dated(value, (instant) => instant >= at - span && instant <= at)
    case 'within_next':
      return dated(value, (instant) => instant >= at && instant <= at + span)
    case 'before_last':
      return dated(value, (instant) => instant <= at - span)
    case 'after_next':
      return dated(value, (instant) => instant >= at + span)
  }
}

/**
 * Whether the values at a path satisfy a comparison, true or false and nothing between: one of them must; for `omits` and `absent` none
 * may contradict (spec/audiences §11.2, §11.3).
 */
export const compares = (values: readonly Value[], compare: Comparison, place: Place): boolean =>
  compare.operator === 'omits' || compare.operator === 'absent'
    ? values.every((value) => satisfies(value, compare, place))
    : values.some((value) => satisfies(value, compare, place))
