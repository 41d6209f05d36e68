import { sql } from 'kysely'
import { must } from '../../base/must.ts'
import { isLiteral, isReference, isTime, type Literal, type Reference, type Time } from '../condition.ts'
import { decimalOf, equalForms, instantOf } from '../literal.ts'
import type { Around, Sql } from '../operator.ts'
import { isStored, rawText } from '../stored.ts'

/*
 * What several operators are made of. `decimal_of`, `instant_of` and `text_of` are SQL functions of migration 0004 that answer null
 * instead of failing; `same_value`, `value_order` and `without_case` of 0008 likewise. Every literal is a parameter.
 */

/** A right side: written down, or read from the data. */
export type Right = Literal | Reference
/** A right side that was written down. */
type Written = Literal | Time
type Spelling = { readonly ignoreCase?: true | undefined }

// As `without_case` does it: small letters, and a sigma that ends a word is a sigma.
const withoutCase = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ')
const unspelled = (literal: Literal): Literal => (typeof literal === 'string' ? withoutCase(literal) : literal)

// A literal that is equal to a value exactly if their texts are: no number, which has many, and no text that a list or an object might have.
const plainText = (literal: Literal): string | undefined => {
  if (typeof literal === 'boolean') return String(literal)
  return typeof literal === 'string' && decimalOf(literal) === undefined && !/^[[{]/.test(literal) ? literal : undefined
}

const isPlain = (literal: Literal): boolean => plainText(literal) !== undefined

const anyOf = (value: Sql, rights: readonly string[], type: 'text' | 'jsonb' | 'numeric'): Sql<boolean | null> =>
  rights.length === 1 ? sql`${value} = ${rights[0]}::${sql.raw(type)}` : sql`${value} = any(${rights}::${sql.raw(type)}[])`

// Texts are compared as such, which takes two thirds of the time that their jsonb does; numbers as numbers, and as what is written out in a text.
const equalsLiterals = (value: Sql, text: Sql, literals: readonly Literal[]): Sql<boolean | null> => {
  const texts = [...new Set(literals.flatMap((each) => plainText(each) ?? []))]
  const forms = [...new Set(literals.filter((each) => !isPlain(each) && typeof each !== 'number').flatMap(equalForms))]
  const numbers = literals.filter((each) => typeof each === 'number').map(String)
  const parts = [
    ...(texts.length > 0 ? [anyOf(text, texts, 'text')] : []),
    ...(forms.length > 0 ? [anyOf(value, forms, 'jsonb')] : []),
    ...(numbers.length > 0 ? [anyOf(sql`decimal_of(${value})`, numbers, 'numeric')] : []),
  ]
  return parts.length === 1 ? sql`${parts[0]}` : sql`(${sql.join(parts, sql` or `)})`
}

const equalsWritten = (value: Sql, literals: readonly Literal[], { ignoreCase }: Spelling): Sql<boolean | null> =>
  ignoreCase
    ? equalsLiterals(sql`folded(${value})`, sql`without_case(${rawText(value)})`, literals.map(unspelled))
    : equalsLiterals(value, rawText(value), literals)

const equalsInstants = (value: Sql, times: readonly Time[]): Sql<boolean | null> => {
  const instants = times.map(({ time }) => must(instantOf(time), 'an instant'))
  const days = instants.map((instant) => +new Date(instant))
  const near = instantNear(value, { from: new Date(Math.min(...days)), to: new Date(Math.max(...days)) })
  return instants.length === 1 ? sql`${near} = ${instants[0]}::timestamptz` : sql`${near} = any(${instants}::timestamptz[])`
}

/**
 * Equal to one of what was written, across the forms that mean the same; to a time the same instant, too (spec/audiences §11.2). Null or
 * false where the value is missing.
 */
export const equalsAny = (value: Sql, rights: readonly Written[], spelling: Spelling = {}): Sql<boolean | null> => {
  const times = rights.filter(isTime)
  if (times.length === 0) return equalsWritten(value, rights.filter(isLiteral), spelling)
  const texts = rights.map((right) => (isTime(right) ? right.time : right)).filter(isLiteral)
  return sql`(${equalsWritten(value, texts, spelling)} or ${equalsInstants(value, times)})`
}

/** Equal to the right side. Null or false where either is missing. */
export const equalTo = (value: Sql, right: Right | Time, spelling: Spelling, { read }: Around): Sql<boolean | null> => {
  if (!isReference(right)) return equalsAny(value, [right], spelling)
  const other = read(right)
  return spelling.ignoreCase ? sql`same_value(folded(${value}), folded(${other}))` : sql`same_value(${value}, ${other})`
}

/**
 * What holds of whatever is equal to a value of the data: the values are the same, or there is a number or a truth value among them, which a text may
 * write out. The whole comparison takes five times as long.
 */
export const maybeEqualTo = (
  value: Sql,
  right: Right | Time,
  { ignoreCase }: Spelling,
  { read }: Around,
): readonly Sql<boolean | null>[] => {
  const other = isReference(right) && !ignoreCase ? read(right) : undefined
  if (!other || !isStored(other)) return []
  const text = rawText(value)
  return [sql`${value} = ${other} or ${text} collate "C" < ':' or ${text} in ('true', 'false')`]
}

const DAY_MS = 86_400_000

/** The instant that a stored value writes; null where it writes none. */
export const instantIn = (value: Sql): Sql => sql`instant_of_text(${rawText(value)})`

// The day of an instant as texts begin with it; undefined where that is not four digits.
const dayOf = (instant: Date): string | undefined =>
  Number.isNaN(+instant) ? undefined : /^\d{4}-\d\d-\d\d/.exec(instant.toISOString())?.[0]

/**
 * What the text of a stored instant says already of whether it can be as late as `from` and as early as `to`: reading the instant costs twenty times as
 * much as comparing the day that it begins with, which is another one in its zone by one at most.
 */
export const dayNear = (
  value: Sql,
  { from, to }: { readonly from?: Date; readonly to?: Date },
): readonly Sql<boolean | null>[] => {
  const day = sql`${rawText(value)} collate "C"`
  const [first, last] = [from && dayOf(new Date(+from - DAY_MS)), to && dayOf(new Date(+to + 2 * DAY_MS))]
  return [...(first ? [sql<boolean>`${day} >= ${first}`] : []), ...(last ? [sql<boolean>`${day} < ${last}`] : [])]
}

/** A stored instant; null where it cannot be as late as `from` or as early as `to`. */
export const instantNear = (value: Sql, range: { readonly from?: Date; readonly to?: Date }): Sql => {
  const parts = dayNear(value, range)
  return parts.length === 0 ? instantIn(value) : sql`case when ${sql.join(parts, sql` and `)} then ${instantIn(value)} end`
}

/** The value exists and is not JSON null. */
export const present = (value: Sql): Sql<boolean> => sql`${rawText(value)} is not null`

const SYMBOLS = { less: sql`<`, 'less or equal': sql`<=`, more: sql`>`, 'more or equal': sql`>=` } as const
export type Order = keyof typeof SYMBOLS

const orderedLiteral = (value: Sql, symbol: Sql, literal: Literal): Sql<boolean | null> => {
  const decimal = decimalOf(literal)
  if (typeof literal === 'boolean') return sql`false`
  if (typeof literal === 'number') return sql`decimal_of(${value}) ${symbol} ${decimal}::numeric`
  const byCodePoint = sql`${rawText(value)} collate "C" ${symbol} ${literal}`
  if (decimal !== undefined) {
    return sql`case when decimal_of(${value}) is not null then decimal_of(${value}) ${symbol} ${decimal}::numeric
      when jsonb_typeof(${value}) = 'string' then ${byCodePoint} end`
  }
  const instant = instantOf(literal)
  if (instant === undefined) return sql`case when jsonb_typeof(${value}) = 'string' then ${byCodePoint} end`
  return sql`case when ${instantIn(value)} is not null then ${instantIn(value)} ${symbol} ${instant}::timestamptz
    when jsonb_typeof(${value}) = 'string' then ${byCodePoint} end`
}

/** Ordering: as numbers if both are, else as instants if both are, else strings by code point; across types never (spec/audiences §11.2). */
export const ordered = (value: Sql, order: Order, right: Right, { read }: Around): Sql<boolean | null> =>
  isReference(right) ? sql`${inOrder(value, read(right))} ${SYMBOLS[order]} 0` : orderedLiteral(value, SYMBOLS[order], right)

// Two numbers, as most are, Postgres puts in order by itself.
const inOrder = (a: Sql, b: Sql): Sql =>
  sql`case when jsonb_typeof(${a}) = 'number' and jsonb_typeof(${b}) = 'number' then jsonb_cmp(${a}, ${b}) else value_order(${a}, ${b}) end`

/**
 * What holds of whatever goes before or after a value of the data: it does as jsonb, where a text goes before every number, or it is a text on the
 * side that may be later after all: a number that is written out.
 */
export const maybeOrdered = (value: Sql, order: Order, right: Right, { read }: Around): readonly Sql<boolean | null>[] => {
  const other = isReference(right) ? read(right) : undefined
  if (!other || !isStored(other)) return []
  const later = order === 'less' || order === 'less or equal' ? other : value
  return [sql`${value} ${SYMBOLS[order]} ${other} or jsonb_typeof(${later}) = 'string'`]
}

// What compact JSON leaves out is a space after a comma or a colon: to a text without these, and that begins with no space, it makes no difference.
const readsAsStored = (right: string | Reference): right is string => !isReference(right) && !/^ |[,:]/.test(right)

/** What an operator on text looks at, and what for; numbers, arrays and objects are looked at as compact JSON. */
export const textsOf = (
  value: Sql,
  right: string | Reference,
  { ignoreCase }: Spelling,
  { read }: Around,
): { readonly text: Sql; readonly part: Sql } => {
  const text = readsAsStored(right) ? rawText(value) : sql`text_of(${value})`
  const part = isReference(right) ? sql`text_of(${read(right)})` : sql`${ignoreCase ? withoutCase(right) : right}`
  if (!ignoreCase) return { text, part }
  return { text: sql`without_case(${text})`, part: isReference(right) ? sql`without_case(${part})` : part }
}

/** Any of the texts lies in the value. */
export const containsAny = (
  value: Sql,
  rights: readonly (string | Reference)[],
  spelling: Spelling,
  around: Around,
): Sql<boolean | null> =>
  sql`(${sql.join(
    rights.map((right) => {
      const { text, part } = textsOf(value, right, spelling, around)
      return sql`strpos(${text}, ${part}) > 0`
    }),
    sql` or `,
  )})`

const REFERRED = {
  property: 'the same event’s',
  context: 'the same event’s context',
  parent: 'the first event’s',
  trait: 'the trait',
} as const

/** How people read a right side. */
export const spoken = (right: Right | Time): string => {
  if (isTime(right)) return right.time
  if (isReference(right)) return right.path === '' ? 'itself' : `${REFERRED[right.reference]} “${right.path}”`
  return typeof right === 'string' ? `“${right}”` : String(right)
}

/** The end of a sentence about text whose case does not matter. */
export const spelled = ({ ignoreCase }: Spelling): string => (ignoreCase ? ' (in any case)' : '')

export const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
