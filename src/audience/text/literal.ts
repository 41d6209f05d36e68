import { isReference, isTime, type Literal, type Reference, type Time } from '../condition.ts'
import { type Calls, readCall } from './call.ts'
import { readParent } from './duration.ts'
import type { Reader } from './reader.ts'
import type { Token } from './token.ts'

/** A literal as it was read: its value, and the token it came from. */
export type Written = { readonly value: Literal; readonly token: Token }

const significant = (digits: string): string =>
  digits
    .replace(/[eE].*$/, '')
    .replaceAll(/[-.]/g, '')
    .replace(/^0+/, '')

// Fifteen digits always survive; more do when they are the very ones that the number is written with.
const isExact = (raw: string, value: number): boolean =>
  Number.isFinite(value) &&
  (value !== 0 || significant(raw) === '') &&
  (significant(raw).replace(/0+$/, '').length <= 15 || String(value) === raw)

const readNumber = (reader: Reader, token: Token): number => {
  const value = Number(token.raw)
  if (isExact(token.raw, value)) return value + 0
  throw reader.fault(
    { sentence: 'a number keeps no more than 15 digits', remedy: 'write it in quotes; it is compared as a number all the same' },
    token,
  )
}

const NAMED: Calls<Written> = { literal: (reader: Reader) => readLiteral(reader) }

const REFERENCES: Calls<Reference> = {
  property: (reader) => {
    const reference = readParent(reader) ? 'parent' : 'property'
    return { reference, path: readMaybeEmpty(reader, 'a path') }
  },
  context: (reader) => ({ reference: 'context', path: readQuoted(reader, 'a path') }),
  trait: (reader) => ({ reference: 'trait', path: readQuoted(reader, 'a path') }),
}

/** `property('p')`, `property(parent: 'p')`, `context('c')` or `trait('t')` on the right side; undefined where something else stands. */
export const readReference = (reader: Reader): Reference | undefined => {
  const token = reader.peek()
  return token.kind === 'word' && Object.hasOwn(REFERENCES, token.raw) ? readCall(reader, REFERENCES) : undefined
}

const EXPECTED = ['a text in single quotes', 'a number', 'true', 'false', 'a day such as 2026-01-31']

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['null', 'ask for a missing value with .absent()'],
  ['true', 'write true'],
  ['false', 'write false'],
])

/** A text, a number, true, false, a day or instant without quotes, or `literal( … )` around one. */
export const readLiteral = (reader: Reader): Written => {
  const token = reader.peek()
  if (token.kind === 'text' || token.kind === 'time') return { value: reader.next().value, token }
  if (token.kind === 'number') return { value: readNumber(reader, reader.next()), token }
  if (reader.accept('true')) return { value: true, token }
  if (reader.accept('false')) return { value: false, token }
  if (token.kind === 'word' && Object.hasOwn(NAMED, token.raw)) return readCall(reader, NAMED)
  throw reader.fault({ expected: EXPECTED, remedy: REMEDIES.get(token.raw.toLowerCase()) })
}

/** Whatever was written, as text: `'5'` and `5` are the same to an operator on text. */
export const readWords = (reader: Reader): string => {
  const { value, token } = readLiteral(reader)
  return typeof value === 'string' ? value : token.raw
}

const LONGEST_TEXT = 500

const readBounded = (reader: Reader, what: string, shortest: 0 | 1): string => {
  const token = reader.peek()
  if (token.kind !== 'text') throw reader.fault({ expected: [`${what} in single quotes`] })
  if (token.value.length < shortest || token.value.length > LONGEST_TEXT) {
    throw reader.fault({ sentence: `${what} has ${shortest} to ${LONGEST_TEXT} characters` }, token)
  }
  return reader.next().value
}

/** A text in quotes, called `what` where it is missing. */
export const readQuoted = (reader: Reader, what: string): string => readBounded(reader, what, 1)

/** The same where it may be empty: the path of an array's entry itself. */
export const readMaybeEmpty = (reader: Reader, what: string): string => readBounded(reader, what, 0)

export const writeText = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`

const writeReference = ({ reference, path }: Reference): string =>
  reference === 'parent' ? `property(parent: ${writeText(path)})` : `${reference}(${writeText(path)})`

/** A right side as it is written. */
export const writeRight = (right: Literal | Reference | Time): string => {
  if (isTime(right)) return right.time
  if (isReference(right)) return writeReference(right)
  return typeof right === 'string' ? writeText(right) : String(right)
}
