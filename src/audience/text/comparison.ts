import { Comparison, type Literal, type Operator, type Reference } from '../condition.ts'
import { instantOf } from '../literal.ts'
import { type Calls, readLink } from './call.ts'
import { readDuration, writeDuration } from './duration.ts'
import { readLiteral, readReference, readWords, writeRight, writeText } from './literal.ts'
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

const readExactRight = (reader: Reader): Right => readReference(reader) ?? readExact(reader)
const readWordsRight = (reader: Reader): string | Reference => readReference(reader) ?? readWords(reader)

const readInstant = (reader: Reader): string => {
  const { value, token } = readLiteral(reader)
  const found = [String(value), whole(String(value))].find(
    (each) => Comparison.safeParse({ operator: 'after_date', value: each }).success && instantOf(each) !== undefined,
  )
  if (found !== undefined) return found
  throw reader.fault({ expected: ['an instant such as 2026-01-31T00:00:00Z'] }, token)
}

const bound: Operand<{ value: Right }> = {
  read: (reader) => ({ value: readBound(reader) }),
  write: ({ value }) => writeRight(value),
}
const exact: Operand<Spelling & { value: Right }> = {
  read: (reader) => ({ value: readExactRight(reader), ...readSpelling(reader) }),
  write: (needs) => `${writeRight(needs.value)}${writeSpelling(needs)}`,
}
const several: Operand<Spelling & { values: Literal[] }> = {
  read: (reader) => ({ values: readList(reader, readExact), ...readSpelling(reader) }),
  write: (needs) => `${needs.values.map(writeRight).join(', ')}${writeSpelling(needs)}`,
}
const texts: Operand<Spelling & { values: (string | Reference)[] }> = {
  read: (reader) => ({ values: readList(reader, readWordsRight), ...readSpelling(reader) }),
  write: (needs) => `${needs.values.map(writeRight).join(', ')}${writeSpelling(needs)}`,
}
const text: Operand<Spelling & { value: string | Reference }> = {
  read: (reader) => ({ value: readWordsRight(reader), ...readSpelling(reader) }),
  write: (needs) => `${writeRight(needs.value)}${writeSpelling(needs)}`,
}
const instant: Operand<{ value: string }> = {
  read: (reader) => ({ value: readInstant(reader) }),
  write: ({ value }) => writeText(value),
}
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
  const [sign] = 'ignoreCase' in needs && needs.ignoreCase ? [] : (rule.signs ?? [])
  return sign === undefined ? `.${rule.word}(${rule.operand.write(needs)})` : ` ${sign} ${rule.operand.write(needs)}`
}

/** What follows the value: ` >= 5` where there is a sign, else `.contains('a', 'b')`. */
export const writeComparison = (compare: Comparison): string => writeWith<Operator>(ruleOf(compare.operator), compare)
