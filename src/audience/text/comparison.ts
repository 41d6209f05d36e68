import { Comparison, type Literal, type Operator } from '../condition.ts'
import { instantOf } from '../literal.ts'
import { type Calls, readLink } from './call.ts'
import { readDuration, writeDuration } from './duration.ts'
import { readLiteral, readWords, writeLiteral, writeText } from './literal.ts'
import type { Reader } from './reader.ts'

/** What an operator needs beside the value: read from its parentheses, and written into them. */
type Operand<Needs> = { readonly read: (reader: Reader) => Needs; readonly write: (needs: Needs) => string }
type NeedsOf<O extends Operator> = Omit<Extract<Comparison, { operator: O }>, 'operator'>
type Rule<O extends Operator> = {
  readonly word: string
  /** How it may be written without a call; the first is how we write it. */
  readonly signs?: readonly string[]
  readonly operand: Operand<NeedsOf<O>>
}

const MOST_VALUES = 1_000

// A list may stand in brackets: an older form, read and not written (spec/audiences §11.2).
const readList = <T>(reader: Reader, one: (reader: Reader) => T): T[] => {
  const bracketed = reader.accept('[')
  const list = [one(reader)]
  while (reader.accept(',')) list.push(one(reader))
  if (bracketed) reader.expect(']', '","')
  if (list.length > MOST_VALUES) throw reader.fault({ sentence: `a list has at most ${MOST_VALUES} entries` })
  return list
}

const readBound = (reader: Reader): Literal => readLiteral(reader).value

// To an unquoted time a differently written instant is equal, to a text it is not; conditions hold texts only.
const readExact = (reader: Reader): Literal => {
  const { value, token } = readLiteral(reader)
  if (token.kind !== 'time') return value
  const remedy = `quote it to compare the text, or write >= ${token.raw} AND … <= ${token.raw} to compare the instant`
  throw reader.fault({ sentence: 'equality with a time without quotes is not supported yet', remedy }, token)
}

// An instant may leave out seconds and zone, which is then UTC; conditions hold the whole of it.
const PARTS = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(?:(Z)|([+-]\d{2})(?::?(\d{2}))?)?$/
const whole = (text: string): string => {
  const [found, day, minute, second = ':00', utc = 'Z', hours, minutes = '00'] = PARTS.exec(text) ?? []
  if (found === undefined) return text
  return `${day}T${minute}${second}${hours === undefined ? utc : `${hours}:${minutes}`}`
}

const readInstant = (reader: Reader): string => {
  const { value, token } = readLiteral(reader)
  const found = [String(value), whole(String(value))].find(
    (each) => Comparison.safeParse({ operator: 'after_date', value: each }).success && instantOf(each) !== undefined,
  )
  if (found !== undefined) return found
  throw reader.fault({ expected: ['an instant such as 2026-01-31T00:00:00Z'] }, token)
}

const bound: Operand<{ value: Literal }> = {
  read: (reader) => ({ value: readBound(reader) }),
  write: ({ value }) => writeLiteral(value),
}
const exact: Operand<{ value: Literal }> = { ...bound, read: (reader) => ({ value: readExact(reader) }) }
const several: Operand<{ values: Literal[] }> = {
  read: (reader) => ({ values: readList(reader, readExact) }),
  write: ({ values }) => values.map(writeLiteral).join(', '),
}
const texts: Operand<{ values: string[] }> = {
  read: (reader) => ({ values: readList(reader, readWords) }),
  write: ({ values }) => values.map(writeText).join(', '),
}
const text: Operand<{ value: string }> = {
  read: (reader) => ({ value: readWords(reader) }),
  write: ({ value }) => writeText(value),
}
const instant: Operand<{ value: string }> = { ...text, read: (reader) => ({ value: readInstant(reader) }) }
const span: Operand<{ duration: string }> = {
  read: (reader) => ({ duration: readDuration(reader) }),
  write: ({ duration }) => writeDuration(duration),
}
const nothing: Operand<NeedsOf<'exists'>> = { read: () => ({}), write: () => '' }

const RULES: { readonly [O in Operator]: Rule<O> } = {
  equals: { word: 'equals', signs: ['=', '=='], operand: exact },
  not_equals: { word: 'differs', signs: ['!='], operand: exact },
  greater_than: { word: 'greater_than', signs: ['>'], operand: bound },
  at_least: { word: 'at_least', signs: ['>='], operand: bound },
  less_than: { word: 'less_than', signs: ['<'], operand: bound },
  at_most: { word: 'at_most', signs: ['<='], operand: bound },
  exists: { word: 'exists', operand: nothing },
  absent: { word: 'absent', operand: nothing },
  contains: { word: 'contains', operand: texts },
  omits: { word: 'omits', operand: text },
  starts_with: { word: 'starts_with', operand: text },
  ends_with: { word: 'ends_with', operand: text },
  one_of: { word: 'one_of', operand: several },
  none_of: { word: 'none_of', operand: several },
  before_date: { word: 'before_date', operand: instant },
  after_date: { word: 'after_date', operand: instant },
  within_last: { word: 'within_last', operand: span },
  within_next: { word: 'within_next', operand: span },
  before_last: { word: 'before_last', operand: span },
  after_next: { word: 'after_next', operand: span },
}

const ruleOf = <O extends Operator>(operator: O): Rule<O> => RULES[operator]
const OPERATORS = Object.keys(RULES) as readonly Operator[]

// What a rule reads is what its operator needs, by the type of the table.
const read = (reader: Reader, operator: Operator): Comparison =>
  ({ operator, ...ruleOf(operator).operand.read(reader) }) as Comparison

const CALLS: Calls<Comparison> = Object.fromEntries(
  OPERATORS.map((operator) => [ruleOf(operator).word, (reader: Reader) => read(reader, operator)]),
)
const SIGNS = new Map(OPERATORS.flatMap((operator) => (ruleOf(operator).signs ?? []).map((sign) => [sign, operator] as const)))

/** `>= 5`, or `.at_least(5)`: the comparator that ends every condition. */
export const readComparison = (reader: Reader): Comparison => {
  const operator = SIGNS.get(reader.peek().raw)
  if (operator === undefined) return readLink(reader, CALLS, [...SIGNS.keys()])
  reader.next()
  return read(reader, operator)
}

const writeWith = <O extends Operator>(rule: Rule<O>, needs: NeedsOf<O>): string => {
  const [sign] = rule.signs ?? []
  return sign === undefined ? `.${rule.word}(${rule.operand.write(needs)})` : ` ${sign} ${rule.operand.write(needs)}`
}

/** What follows the value: ` >= 5` where there is a sign, else `.contains('a', 'b')`. */
export const writeComparison = (compare: Comparison): string => writeWith<Operator>(ruleOf(compare.operator), compare)
