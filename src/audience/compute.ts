import { sql } from 'kysely'
import { aggregateOf, asJson, isCounter } from './aggregate.ts'
import type { ComputedTraitDefinition } from './condition.ts'
import type { Sql } from './operator.ts'
import { type Scope, universe } from './scope.ts'
import { allOf, chosen, selected, windowOf } from './selection.ts'

/*
 * A windowed counter falls to 0 when its events have aged out, and is nothing for somebody who never did it (spec/audiences §7, CTR-09).
 * So that this follows from the events alone, and not from what was stored before, it counts by filter over the whole past.
 */
const counted = (
  { event, measure }: ComputedTraitDefinition,
  scope: Scope,
): { readonly number: Sql; readonly where: Sql<boolean> } => {
  const window = windowOf(event, scope.now)
  if (window.length === 0) return { number: aggregateOf(measure), where: allOf(chosen(event, scope)) }
  const past = [...chosen(event, scope), sql<boolean>`e.timestamp <= ${scope.now}::timestamptz`]
  return measure.kind === 'count'
    ? { number: sql`count(*) filter (where ${allOf(window)})`, where: allOf(past) }
    : { number: aggregateOf(measure, sql`case when ${allOf(window)} then e.properties end`), where: allOf(past) }
}

/** The query of a computed trait: `profile_id` and `value` (jsonb) of every profile that has one in this space at `now`, each once. */
export const compileValue = (definition: ComputedTraitDefinition, scope: Scope): Sql<{ profile_id: string; value: unknown }> => {
  const { event, measure } = definition
  const { number, where } = isCounter(measure)
    ? counted(definition, scope)
    : { number: aggregateOf(measure), where: selected(event, scope) }
  const value = asJson(measure, sql`v.number`)
  if (scope.candidates) {
    return sql`select p.id as profile_id, ${value} as value
      from profile p cross join lateral (select ${number} as number, count(*) as events from event e where ${where} and e.profile_id = p.id) v
      where ${universe(scope)} and v.events > 0 and v.number is not null`
  }
  return sql`select p.id as profile_id, ${value} as value
    from profile p join (select e.profile_id, ${number} as number from event e where ${where} group by e.profile_id) v on v.profile_id = p.id
    where ${universe(scope)} and v.number is not null`
}
