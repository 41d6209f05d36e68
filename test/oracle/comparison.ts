import { type Comparison, isReference, type Literal, type Reference } from '../../src/audience/condition.ts'
import { milliseconds } from '../../src/base/duration.ts'
import { compareExact, exactOfNumber, exactOfText } from './exact.ts'
import { type Instant, instantOfDate, literalInstant } from './instant.ts'
import { instantOf, numberOf, textOf, type Value } from './value.ts'

/**
 * Exact match after coercion: a literal is interchangeable with a stored value of another type that means the same (the words true and
 * false, plain decimals). Two texts are the same text or not equal: the version "1.10" is not "1.1".
 */
const equal = (value: Value, literal: Literal): boolean => {
  if (value.kind === 'boolean') return String(value.boolean) === String(literal)
  if (value.kind === 'text' && typeof literal === 'string') return value.text === literal
  if (value.kind === 'text' && typeof literal === 'boolean') return value.text === String(literal)
  const [left, right] = [numberOf(value), numberOfLiteral(literal)]
  return left !== undefined && right !== undefined && compareExact(left, right) === 0
}

const numberOfLiteral = (literal: Literal) =>
  typeof literal === 'number' ? exactOfNumber(literal) : typeof literal === 'string' ? exactOfText(literal) : undefined

const written = <Of extends Literal>(right: Of | Reference): Of => {
  if (isReference(right)) throw new Error('the oracle does not know references')
  return right
}

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
const order = (value: Value, literal: Literal): number | undefined => {
  const [left, right] = [numberOf(value), numberOfLiteral(literal)]
  if (left !== undefined && right !== undefined) return compareExact(left, right)
  if (value.kind !== 'text' || typeof literal !== 'string') return undefined
  const [stored, asked] = [instantOf(value), literalInstant(literal)]
  if (stored !== undefined && asked !== undefined) return Number(stored - asked)
  return byCodePoint(value.text, literal)
}

const ordered = (value: Value, literal: Literal, holds: (order: number) => boolean): boolean => {
  const found = order(value, literal)
  return found !== undefined && holds(found)
}

const dated = (value: Value, holds: (instant: Instant) => boolean): boolean => {
  const instant = instantOf(value)
  return instant !== undefined && holds(instant)
}

const instantOfLiteral = (text: string): Instant => {
  const instant = literalInstant(text)
  if (instant === undefined) throw new Error(`no instant: ${text}`)
  return instant
}

/** One value that is there, against what is asked. `omits` and `absent` are asked of all values, below. */
const satisfies = (value: Value, compare: Comparison, now: Date): boolean => {
  const at = instantOfDate(now)
  const span = 'duration' in compare ? BigInt(milliseconds(compare.duration)) * 1000n : 0n
  switch (compare.operator) {
    case 'equals':
      return equal(value, written(compare.value))
    case 'not_equals':
      return !equal(value, written(compare.value))
    case 'one_of':
      return compare.values.some((each) => equal(value, each))
    case 'none_of':
      return !compare.values.some((each) => equal(value, each))
    case 'less_than':
      return ordered(value, written(compare.value), (found) => found < 0)
    case 'at_most':
      return ordered(value, written(compare.value), (found) => found <= 0)
    case 'greater_than':
      return ordered(value, written(compare.value), (found) => found > 0)
    case 'at_least':
      return ordered(value, written(compare.value), (found) => found >= 0)
    case 'contains':
      return compare.values.some((each) => textOf(value).includes(written(each)))
    case 'omits':
      return !textOf(value).includes(written(compare.value))
    case 'starts_with':
      return textOf(value).startsWith(written(compare.value))
    case 'ends_with':
      return textOf(value).endsWith(written(compare.value))
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
export const compares = (values: readonly Value[], compare: Comparison, now: Date): boolean =>
  compare.operator === 'omits' || compare.operator === 'absent'
    ? values.every((value) => satisfies(value, compare, now))
    : values.some((value) => satisfies(value, compare, now))
