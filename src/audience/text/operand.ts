import { Comparison, type Literal, type Operator, type Reference, type Time } from '../condition.ts'
import { instantOf } from '../literal.ts'
import { readDuration, writeDuration } from './duration.ts'
import { readLiteral, readReference, readWords, writeRight, writeText } from './literal.ts'
import type { Reader } from './reader.ts'

/* What stands between the parentheses of a comparison, or after its sign. */

/** What an operator needs beside the value: read from its parentheses, and written into them. */
export type Operand<Needs> = { readonly read: (reader: Reader) => Needs; readonly write: (needs: Needs) => string }
type NeedsOf<O extends Operator> = Omit<Extract<Comparison, { operator: O }>, 'operator'>

/** How an operator is written: its word, and what follows it. */
export type TextRule<O extends Operator> = {
  readonly word: string
  /** How it may be written without a call; the first is how we write it. */
  readonly signs?: readonly string[]
  readonly operand: Operand<NeedsOf<O>>
}

const MOST_VALUES = 1_000

/** Our own last argument of a comparison whose letters may be in any case: `.equals('gold', ignore_case)` (CND-26). */
const ANY_CASE = 'ignore_case'
type Spelling = { readonly ignoreCase?: true | undefined }

const readSpelling = (reader: Reader): { ignoreCase?: true } => {
  if (reader.peek().raw !== ',' || reader.peek(1).raw !== ANY_CASE) return {}
  reader.next()
  reader.next()
  return { ignoreCase: true }
}
const writeSpelling = ({ ignoreCase }: Spelling): string => (ignoreCase ? `, ${ANY_CASE}` : '')

// A list may stand in brackets: an older form, read and not written (spec/audiences §11.2).
const readList = <T>(reader: Reader, one: (reader: Reader) => T): T[] => {
  const bracketed = reader.accept('[')
  const list = [one(reader)]
  while (reader.peek(1).raw !== ANY_CASE && reader.accept(',')) list.push(one(reader))
  if (bracketed) reader.expect(']', '","')
  if (list.length > MOST_VALUES) throw reader.fault({ sentence: `a list has at most ${MOST_VALUES} entries` })
  return list
}

type Right = Literal | Reference
const readBound = (reader: Reader): Right => readReference(reader) ?? readLiteral(reader).value

// To an unquoted time a differently written instant is equal, to a text it is not (spec/audiences §11.2).
const readExact = (reader: Reader): Literal | Time => {
  const { value, token } = readLiteral(reader)
  return token.kind === 'time' ? { time: token.value } : value
}

// An instant may leave out seconds and zone, which is then UTC; conditions hold the whole of it.
const PARTS = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(?:(Z)|([+-]\d{2})(?::?(\d{2}))?)?$/
const whole = (text: string): string => {
  const [found, day, minute, second = ':00', utc = 'Z', hours, minutes = '00'] = PARTS.exec(text) ?? []
  if (found === undefined) return text
  return `${day}T${minute}${second}${hours === undefined ? utc : `${hours}:${minutes}`}`
}

const readExactRight = (reader: Reader): Right | Time => readReference(reader) ?? readExact(reader)
const readWordsRight = (reader: Reader): string | Reference => readReference(reader) ?? readWords(reader)

const readInstant = (reader: Reader): string => {
  const { value, token } = readLiteral(reader)
  const found = [String(value), whole(String(value))].find(
    (each) => Comparison.safeParse({ operator: 'after_date', value: each }).success && instantOf(each) !== undefined,
  )
  if (found !== undefined) return found
  throw reader.fault({ expected: ['an instant such as 2026-01-31T00:00:00Z'] }, token)
}

export const bound: Operand<{ value: Right }> = {
  read: (reader) => ({ value: readBound(reader) }),
  write: ({ value }) => writeRight(value),
}
export const exact: Operand<Spelling & { value: Right | Time }> = {
  read: (reader) => ({ value: readExactRight(reader), ...readSpelling(reader) }),
  write: (needs) => `${writeRight(needs.value)}${writeSpelling(needs)}`,
}
export const several: Operand<Spelling & { values: (Literal | Time)[] }> = {
  read: (reader) => ({ values: readList(reader, readExact), ...readSpelling(reader) }),
  write: (needs) => `${needs.values.map(writeRight).join(', ')}${writeSpelling(needs)}`,
}
export const texts: Operand<Spelling & { values: (string | Reference)[] }> = {
  read: (reader) => ({ values: readList(reader, readWordsRight), ...readSpelling(reader) }),
  write: (needs) => `${needs.values.map(writeRight).join(', ')}${writeSpelling(needs)}`,
}
export const text: Operand<Spelling & { value: string | Reference }> = {
  read: (reader) => ({ value: readWordsRight(reader), ...readSpelling(reader) }),
  write: (needs) => `${writeRight(needs.value)}${writeSpelling(needs)}`,
}
export const instant: Operand<{ value: string }> = {
  read: (reader) => ({ value: readInstant(reader) }),
  write: ({ value }) => writeText(value),
}
export const span: Operand<{ duration: string }> = {
  read: (reader) => ({ duration: readDuration(reader) }),
  write: ({ duration }) => writeDuration(duration),
}
export const nothing: Operand<NeedsOf<'exists'>> = { read: () => ({}), write: () => '' }
