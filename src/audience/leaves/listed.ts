import { sql } from 'kysely'
import { EVENT, measuredValue } from '../aggregate.ts'
import { type Condition, isReference } from '../condition.ts'
import { decimalOf } from '../literal.ts'
import type { Sql } from '../operator.ts'
import { rawText } from '../stored.ts'

type EventCondition = Extract<Condition, { type: 'event' }>

// In the JSON of a list of texts what is looked for lies inside one of them unless it has a bracket at an end, a comma at an end, or `","` in it.
const liesInOne = (part: string): boolean => part !== '' && !/^[[,]|[\],]$|","/.test(part)

// A whole text in its quotes that no number, list or object is written like.
const BODY = /^"([^"\\\p{Cc}[{]|[^"\\\p{Cc}[{][^"\\\p{Cc}]*[^"\\\p{Cc}\]}])"$/u

const bodyOf = (part: string): string | undefined => {
  const body = BODY.exec(part)?.[1]
  return body === undefined || /^[\]}]$/.test(body) || decimalOf(body) !== undefined ? undefined : body
}

// A quote may be inside the text, too: what ends with a quote and the text has it as well. Few have a quote, so that is asked first.
const isBody = (value: Sql, bodies: readonly string[]): Sql<boolean> => {
  const text = rawText(value)
  const ends = bodies.map((body) => sql`right(${text}, ${[...body].length + 1}::integer) = ${`"${body}`}`)
  return sql`${text} = any(${bodies}::text[]) or ${text} like '%"%' and (${sql.join(ends, sql` or `)})`
}

const holds = (value: Sql, parts: readonly string[]): readonly Sql<boolean>[] => {
  const bodies = parts.flatMap((part) => bodyOf(part) ?? [])
  const others = parts.filter((part) => bodyOf(part) === undefined)
  return [
    ...(bodies.length === 0 ? [] : [isBody(value, bodies)]),
    ...others.map((part) => sql<boolean>`strpos(to_jsonb(scalar_text(${value}))::text, ${part}) > 0`),
  ]
}

/**
 * Whether the list of the different values of a property contains a text is whether any event has such a value; the list itself is not made. Answers
 * what holds of such an event, and undefined where the question is another: with the list, 100,000 profiles took nine times as long.
 */
export const oneInList = ({ measure, compare }: EventCondition): Sql<boolean> | undefined => {
  if (measure.kind !== 'unique' || (compare.operator !== 'contains' && compare.operator !== 'omits')) return undefined
  if (compare.ignoreCase || measure.property.includes('$')) return undefined
  const rights = compare.operator === 'contains' ? compare.values : [compare.value]
  const parts = rights.flatMap((right) => (isReference(right) ? [] : right))
  if (parts.length < rights.length || !parts.every(liesInOne)) return undefined
  return sql`(${sql.join(holds(measuredValue(EVENT, measure), parts), sql` or `)}) is true`
}
