import { sql } from 'kysely'
import type { Literal } from '../condition.ts'
import { decimalOf, equalForms, instantOf } from '../literal.ts'
import type { Sql } from '../operator.ts'

/*
 * What several operators are made of. `decimal_of`, `instant_of` and `text_of` are SQL functions of migration 0004 that answer null
 * instead of failing; they are inlined by the planner. Every literal is a parameter.
 */

/** Equal to one of the literals, across the forms that mean the same (spec/audiences §11.2). Null or false where the value is missing. */
export const equalsAny = (value: Sql, literals: readonly Literal[]): Sql<boolean | null> => {
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

/** The value exists and is not JSON null. */
export const present = (value: Sql): Sql<boolean | null> => sql`jsonb_typeof(${value}) <> 'null'`

const SYMBOLS = { less: sql`<`, 'less or equal': sql`<=`, more: sql`>`, 'more or equal': sql`>=` } as const
export type Order = keyof typeof SYMBOLS

/** Ordering: as numbers if both are, else as instants if both are, else strings by code point; across types never (spec/audiences §11.2). */
export const ordered = (value: Sql, order: Order, literal: Literal): Sql<boolean | null> => {
  const symbol = SYMBOLS[order]
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

/** Any of the texts lies in the value; numbers, arrays and objects are looked at as compact JSON. */
export const containsAny = (value: Sql, texts: readonly string[]): Sql<boolean | null> =>
  sql`(${sql.join(
    texts.map((text) => sql`strpos(text_of(${value}), ${text}) > 0`),
    sql` or `,
  )})`

/** How people read a literal. */
export const spoken = (literal: Literal): string => (typeof literal === 'string' ? `“${literal}”` : String(literal))

export const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
