import { sql } from 'kysely'
import { entriesAt, iterate } from './compare.ts'
import { type Comparison, isLiteral, isReference, type Literal, type Measure, type Reference, type Time } from './condition.ts'
import { decimalOf } from './literal.ts'
import type { MeasuredEvent } from './measure.ts'
import { answersOf, measureRule } from './measures/index.ts'
import type { Sql } from './operator.ts'
import { keysOf } from './path.ts'
import { columnOf } from './stored.ts'

/** An event that is measured: its properties and context, and what puts it in order. */
export type Measured = MeasuredEvent & { readonly properties: Sql; readonly context: Sql }
/** `event e`. */
export const EVENT: Measured = {
  ...{ properties: sql`e.properties`, context: sql`e.context` },
  ...{ timestamp: sql`e.timestamp`, messageId: sql`e.message_id` },
}

/** Whether what is measured lies in the context of the events. */
export const ofContext = (measure: Measure): boolean => measure.kind !== 'count' && measure.of === 'context'

/** What is measured of an event. What a path with `$` leads to is a list; its order matters where the list as a whole is one value. */
export const measuredValue = (event: Measured, measure: Exclude<Measure, { kind: 'count' }>): Sql => {
  const { from, value } = iterate(ofContext(measure) ? event.context : event.properties, measure.property)
  return from.length === 0 ? value : sql`(select jsonb_agg(${value}) from ${sql.join(from)})`
}

/** The same as a text, where it is one value: a string, as most are, is taken out of what it lies in at once (200,000 of them: 178 ms instead of 202). */
const measuredText = (event: Measured, measure: Exclude<Measure, { kind: 'count' }>): Sql => {
  const value = measuredValue(event, measure)
  const keys = keysOf(measure.property)
  const last = keys.at(-1)
  if (last === undefined || keys.includes('$')) return sql`scalar_text(${value})`
  const { value: around } = entriesAt(ofContext(measure) ? event.context : event.properties, keys.slice(0, -1))
  return sql`case when jsonb_typeof(${value}) = 'string' then ${around} ->> ${last}::text else scalar_text(${value}) end`
}

/** Which event's value the measure is, where it is that of one: the value, and what the event is the first of in which order. */
export const pickedBy = (
  measure: Measure,
  event: Measured = EVENT,
): { readonly value: Sql; readonly where: Sql<boolean>; readonly order: Sql } | undefined => {
  if (measure.kind === 'count') return undefined
  const value = measuredValue(event, measure)
  const picked = measureRule(measure).picks?.(value, event)
  return picked && { value, ...picked }
}

/** The measure as an aggregate over events, `event e` unless told; sums are exact (spec/audiences §11.2). */
export const aggregateOf = (measure: Measure, event: Measured = EVENT): Sql =>
  measureRule(measure).aggregate(measure.kind === 'count' ? event.properties : measuredValue(event, measure), measure, event)

/** What a measure counts is 0 where there is nothing to count; of nothing, the others are nothing. */
export const isCounter = (measure: Measure): boolean => measureRule(measure).ofNothing === 0

/** An answer of the measure as jsonb, as JSON writes it: the sum of 0.5 and 2.5 is 3, not 3.0. */
export const asJson = (measure: Measure, answer: Sql): Sql => {
  const answers = answersOf(measure)
  if (answers === 'number') return sql`to_jsonb(trim_scale(${answer}))`
  return answers === 'text' ? sql`to_jsonb(${answer})` : answer
}

/** An answer that is a column, as jsonb to compare. */
export const columnAsJson = (measure: Measure, answer: Sql): Sql =>
  answersOf(measure) === 'text' ? columnOf(asJson(measure, answer), answer) : columnOf(asJson(measure, answer))

type Tally = { readonly distinct: Sql; readonly value: Sql; readonly rows: Sql }

/** The profiles with such events and the measure of each, by counting texts; undefined for a measure that is not found so. */
export const byTally = (measure: Measure, from: Sql, where: Sql<boolean>): Tally | undefined => {
  const tallied = measure.kind === 'count' ? undefined : measureRule(measure).tallied?.(measure)
  if (!tallied || measure.kind === 'count') return undefined
  const least = 'least' in tallied && tallied.least > 1 ? sql` having count(*) >= ${tallied.least}::integer` : sql``
  const counted = sql`(select e.profile_id, ${measuredText(EVENT, measure)} as text, count(*) as times from ${from}
    where ${where} group by 1, 2${least}) t`
  // What is no text is put last, and not left out: left out, the text of each event is found twice.
  return 'aggregate' in tallied
    ? { distinct: sql``, value: tallied.aggregate, rows: sql`${counted} group by t.profile_id` }
    : {
        ...{ distinct: sql`distinct on (t.profile_id) `, value: sql`t.text` },
        rows: sql`${counted} order by t.profile_id, t.text is null, ${tallied.order}`,
      }
}

/** A comparison of a number, and whether it holds for the number 0. */
export type NumberTest = { readonly test: (number: Sql) => Sql<boolean>; readonly holdsForZero: boolean }

const integer = (decimal: string): boolean => /^-?\d{1,15}$/.test(decimal)
const parameter = (decimal: string): Sql => (integer(decimal) ? sql`${decimal}::bigint` : sql`${decimal}::numeric`)

// A number is no time.
const decimals = (rights: readonly (Literal | Time)[]): readonly string[] =>
  rights
    .filter(isLiteral)
    .map(decimalOf)
    .filter((decimal) => decimal !== undefined)

// Below 0, 0 or above 0: a decimal may be smaller than any number that JavaScript has.
const signOf = (decimal: string): number => {
  if (!/[1-9]/.test(decimal.replace(/e.*$/, ''))) return 0
  return decimal.startsWith('-') ? -1 : 1
}

const ORDERS = {
  less_than: [sql`<`, (literal: number) => 0 < literal],
  at_most: [sql`<=`, (literal: number) => 0 <= literal],
  greater_than: [sql`>`, (literal: number) => 0 > literal],
  at_least: [sql`>=`, (literal: number) => 0 >= literal],
} as const

const among = (literals: readonly (Literal | Time)[], wanted: boolean): NumberTest => {
  const numbers = decimals(literals)
  const holdsForZero = numbers.some((number) => signOf(number) === 0) === wanted
  if (numbers.length === 0) return { test: (number) => (wanted ? sql`false` : sql`${number} is not null`), holdsForZero }
  const equal = (number: Sql): Sql =>
    sql.join(
      numbers.map((each) => sql`${number} = ${parameter(each)}`),
      sql` or `,
    )
  return { test: (number) => (wanted ? sql`(${equal(number)})` : sql`not (${equal(number)})`), holdsForZero }
}

const ordered = (operator: keyof typeof ORDERS, right: Literal | Reference): NumberTest | undefined => {
  if (isReference(right)) return undefined
  const [symbol, atZero] = ORDERS[operator]
  const decimal = decimalOf(right)
  if (decimal === undefined) return { test: () => sql`false`, holdsForZero: false }
  return { test: (number) => sql`${number} ${symbol} ${parameter(decimal)}`, holdsForZero: atZero(signOf(decimal)) }
}

/**
 * A comparison of an aggregate, as a comparison of numbers: the way through jsonb costs 1 µs a group, a second at a million profiles.
 * Undefined for the operators on text and dates, and beside a value of the profile, which go that way.
 */
export const numberTest = (compare: Comparison): NumberTest | undefined => {
  switch (compare.operator) {
    case 'equals':
    case 'not_equals':
      return isReference(compare.value) ? undefined : among([compare.value], compare.operator === 'equals')
    case 'one_of':
      return among(compare.values, true)
    case 'none_of':
      return among(compare.values, false)
    case 'less_than':
    case 'at_most':
    case 'greater_than':
    case 'at_least':
      return ordered(compare.operator, compare.value)
    case 'exists':
      return { test: (number) => sql`${number} is not null`, holdsForZero: true }
    default:
      return undefined
  }
}

// What is written with so few digits is the number that JavaScript makes of it.
const shortNumber = (decimal = ''): number => (/^-?\d{1,9}(\.\d{1,6})?$/.test(decimal) ? Number(decimal) : Number.NaN)

/** Whether a comparison of a count only asks if there is any event (`some`) or none; undefined where the number matters. */
export const presenceOf = (compare: Comparison): 'some' | 'none' | undefined => {
  const number = 'value' in compare && isLiteral(compare.value) ? shortNumber(decimalOf(compare.value)) : Number.NaN
  switch (compare.operator) {
    case 'at_least':
      return number > 0 && number <= 1 ? 'some' : undefined
    case 'less_than':
      return number > 0 && number <= 1 ? 'none' : undefined
    case 'greater_than':
      return number >= 0 && number < 1 ? 'some' : undefined
    case 'at_most':
      return number >= 0 && number < 1 ? 'none' : undefined
    case 'equals':
      return number === 0 ? 'none' : undefined
    case 'not_equals':
      return number === 0 ? 'some' : undefined
    default:
      return undefined
  }
}

const inDigit = (right: string | Reference, found: (text: string) => boolean): boolean => !isReference(right) && found(right)

/**
 * Whether a comparison holds for the number 0, for a profile of which nothing is known: what it reads on the right side is missing.
 * Operators on text look at the digit, those on dates at nothing.
 */
export const holdsForZero = (compare: Comparison): boolean => {
  switch (compare.operator) {
    case 'contains':
      return compare.values.some((right) => inDigit(right, (text) => '0'.includes(text)))
    case 'omits':
      return !inDigit(compare.value, (text) => '0'.includes(text))
    case 'starts_with':
      return inDigit(compare.value, (text) => '0'.startsWith(text))
    case 'ends_with':
      return inDigit(compare.value, (text) => '0'.endsWith(text))
    default:
      return numberTest(compare)?.holdsForZero ?? false
  }
}
