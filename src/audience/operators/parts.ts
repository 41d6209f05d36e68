import { sql } from 'kysely'
import { must } from '../../base/must.ts'
import { isLiteral, isReference, isTime, type Literal, type Reference, type Time } from '../condition.ts'
import { decimalOf, equalForms, instantOf } from '../literal.ts'
import type { Around, Sql } from '../operator.ts'

/*
 * What several operators are made of. `decimal_of`, `instant_of` and `text_of` are SQL functions of migration 0004 that answer null
 * instead of failing; `same_value`, `value_order` and `without_case` of 0008 likewise. Every literal is a parameter.
 */

/** A right side: written down, or read from the data. */
export type Right = Literal | Reference
/** A right side that was written down. */
type Written = Literal | Time
type Spelling = { readonly ignoreCase?: true | undefined }

const unspelled = (literal: Literal): Literal => (typeof literal === 'string' ? literal.toLowerCase() : literal)

const equalsLiterals = (value: Sql, literals: readonly Literal[]): Sql<boolean | null> => {
  const forms = [...new Set(literals.flatMap(equalForms))]
  const numbers = literals.filter((literal) => typeof literal === 'number').map(String)
  const byForm = forms.length === 1 ? sql`${value} = ${forms[0]}::jsonb` : sql`${value} = any(${forms}::jsonb[])`
  if (numbers.length === 0) return sql`${byForm}`
  const byNumber =
    numbers.length === 1
      ? sql`decimal_of(${value}) = ${numbers[0]}::numeric`
      : sql`decimal_of(${value}) = any(${numbers}::numeric[])`
  return numbers.length === literals.length ? sql`${byNumber}` : sql`(${byForm} or ${byNumber})`
}

const equalsWritten = (value: Sql, literals: readonly Literal[], { ignoreCase }: Spelling): Sql<boolean | null> =>
  ignoreCase ? equalsLiterals(sql`folded(${value})`, literals.map(unspelled)) : equalsLiterals(value, literals)

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

const DAY_MS = 86_400_000

// The day of an instant as texts begin with it; undefined where that is not four digits.
const dayOf = (instant: Date): string | undefined =>
  Number.isNaN(+instant) ? undefined : /^\d{4}-\d\d-\d\d/.exec(instant.toISOString())?.[0]

/**
 * A stored instant, or null where its text already says that it is before `from` or after `to`: reading one costs ten times as much as comparing
 * the day that it begins with, which is another one in its zone by one at most.
 */
export const instantNear = (value: Sql, { from, to }: { readonly from?: Date; readonly to?: Date }): Sql => {
  const day = sql`(${value} #>> '{}') collate "C"`
  const [first, last] = [from && dayOf(new Date(+from - DAY_MS)), to && dayOf(new Date(+to + 2 * DAY_MS))]
  const parts = [...(first ? [sql`${day} >= ${first}`] : []), ...(last ? [sql`${day} < ${last}`] : [])]
  return parts.length === 0
    ? sql`instant_of(${value})`
    : sql`case when ${sql.join(parts, sql` and `)} then instant_of(${value}) end`
}

/** The value exists and is not JSON null. */
export const present = (value: Sql): Sql<boolean | null> => sql`jsonb_typeof(${value}) <> 'null'`

const SYMBOLS = { less: sql`<`, 'less or equal': sql`<=`, more: sql`>`, 'more or equal': sql`>=` } as const
export type Order = keyof typeof SYMBOLS

const orderedLiteral = (value: Sql, symbol: Sql, literal: Literal): Sql<boolean | null> => {
  const decimal = decimalOf(literal)
  if (typeof literal === 'boolean') return sql`false`
  if (typeof literal === 'number') return sql`decimal_of(${value}) ${symbol} ${decimal}::numeric`
  const byCodePoint = sql`(${value} #>> '{}') collate "C" ${symbol} ${literal}`
  if (decimal !== undefined) {
    return sql`case when decimal_of(${value}) is not null then decimal_of(${value}) ${symbol} ${decimal}::numeric
      when jsonb_typeof(${value}) = 'string' then ${byCodePoint} end`
  }
  const instant = instantOf(literal)
  if (instant === undefined) return sql`case when jsonb_typeof(${value}) = 'string' then ${byCodePoint} end`
  return sql`case when instant_of(${value}) is not null then instant_of(${value}) ${symbol} ${instant}::timestamptz
    when jsonb_typeof(${value}) = 'string' then ${byCodePoint} end`
}

/** Ordering: as numbers if both are, else as instants if both are, else strings by code point; across types never (spec/audiences §11.2). */
export const ordered = (value: Sql, order: Order, right: Right, { read }: Around): Sql<boolean | null> =>
  isReference(right) ? sql`${inOrder(value, read(right))} ${SYMBOLS[order]} 0` : orderedLiteral(value, SYMBOLS[order], right)

// Two numbers, as most are, Postgres puts in order by itself.
const inOrder = (a: Sql, b: Sql): Sql =>
  sql`case when jsonb_typeof(${a}) = 'number' and jsonb_typeof(${b}) = 'number' then jsonb_cmp(${a}, ${b}) else value_order(${a}, ${b}) end`

/** What an operator on text looks at, and what for; numbers, arrays and objects are looked at as compact JSON. */
export const textsOf = (
  value: Sql,
  right: string | Reference,
  { ignoreCase }: Spelling,
  { read }: Around,
): { readonly text: Sql; readonly part: Sql } => {
  const text = sql`text_of(${value})`
  const part = isReference(right) ? sql`text_of(${read(right)})` : sql`${ignoreCase ? right.toLowerCase() : right}`
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
