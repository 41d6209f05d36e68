import { sql } from 'kysely'
import { valueAt } from './compare.ts'
import type { Comparison, Literal, Measure } from './condition.ts'
import { decimalOf } from './literal.ts'
import { measureRule } from './measures/index.ts'
import type { Sql } from './operator.ts'
import { keysOf } from './path.ts'

/** The measure as an aggregate over `event e`; `properties` are those of the event that is looked at. Sums are exact (spec/audiences §11.2). */
export const aggregateOf = (measure: Measure, properties: Sql = sql`e.properties`): Sql =>
  measureRule(measure).aggregate(measure.kind === 'count' ? properties : valueAt(properties, keysOf(measure.property)), measure)

/** What a measure counts is 0 where there is nothing to count; of nothing, the others are nothing. */
export const isCounter = (measure: Measure): boolean => measureRule(measure).ofNothing === 0

/** An answer of the measure as jsonb, as JSON writes it: the sum of 0.5 and 2.5 is 3, not 3.0. */
export const asJson = (measure: Measure, answer: Sql): Sql =>
  measureRule(measure).answers === 'number' ? sql`to_jsonb(trim_scale(${answer}))` : answer

/** A comparison of a number, and whether it holds for the number 0. */
export type NumberTest = { readonly test: (number: Sql) => Sql<boolean>; readonly holdsForZero: boolean }

const integer = (decimal: string): boolean => /^-?\d{1,15}$/.test(decimal)
const parameter = (decimal: string): Sql => (integer(decimal) ? sql`${decimal}::bigint` : sql`${decimal}::numeric`)

const decimals = (literals: readonly Literal[]): readonly string[] =>
  literals.map(decimalOf).filter((decimal) => decimal !== undefined)

const ORDERS = {
  less_than: [sql`<`, (literal: number) => 0 < literal],
  at_most: [sql`<=`, (literal: number) => 0 <= literal],
  greater_than: [sql`>`, (literal: number) => 0 > literal],
  at_least: [sql`>=`, (literal: number) => 0 >= literal],
} as const

const among = (literals: readonly Literal[], wanted: boolean): NumberTest => {
  const numbers = decimals(literals)
  const holdsForZero = numbers.some((number) => Number(number) === 0) === wanted
  if (numbers.length === 0) return { test: (number) => (wanted ? sql`false` : sql`${number} is not null`), holdsForZero }
  const equal = (number: Sql): Sql =>
    sql.join(
      numbers.map((each) => sql`${number} = ${parameter(each)}`),
      sql` or `,
    )
  return { test: (number) => (wanted ? sql`(${equal(number)})` : sql`not (${equal(number)})`), holdsForZero }
}

/**
 * A comparison of an aggregate, as a comparison of numbers: the way through jsonb costs 1 µs a group, a second at a million profiles.
 * Undefined for the operators on text and dates, which go that way.
 */
export const numberTest = (compare: Comparison): NumberTest | undefined => {
  switch (compare.operator) {
    case 'equals':
      return among([compare.value], true)
    case 'not_equals':
      return among([compare.value], false)
    case 'one_of':
      return among(compare.values, true)
    case 'none_of':
      return among(compare.values, false)
    case 'less_than':
    case 'at_most':
    case 'greater_than':
    case 'at_least': {
      const [symbol, atZero] = ORDERS[compare.operator]
      const decimal = decimalOf(compare.value)
      if (decimal === undefined) return { test: () => sql`false`, holdsForZero: false }
      return { test: (number) => sql`${number} ${symbol} ${parameter(decimal)}`, holdsForZero: atZero(Number(decimal)) }
    }
    case 'exists':
      return { test: (number) => sql`${number} is not null`, holdsForZero: true }
    default:
      return undefined
  }
}

/** Whether a comparison of a count only asks if there is any event (`some`) or none; undefined where the number matters. */
export const presenceOf = (compare: Comparison): 'some' | 'none' | undefined => {
  const number = 'value' in compare ? Number(decimalOf(compare.value)) : Number.NaN
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

/** Whether a comparison holds for the number 0; operators on text look at its digit, those on dates at nothing. */
export const holdsForZero = (compare: Comparison): boolean => {
  switch (compare.operator) {
    case 'contains':
      return compare.values.some((text) => '0'.includes(text))
    case 'omits':
      return !'0'.includes(compare.value)
    case 'starts_with':
      return '0'.startsWith(compare.value)
    case 'ends_with':
      return '0'.endsWith(compare.value)
    default:
      return numberTest(compare)?.holdsForZero ?? false
  }
}
