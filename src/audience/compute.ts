import { sql } from 'kysely'
import { minus } from '../base/duration.ts'
import { aggregateOf, asJson, EVENT, isCounter } from './aggregate.ts'
import type { ComputedTraitDefinition, EventSelection } from './condition.ts'
import type { Sql } from './operator.ts'
import { type Scope, universe } from './scope.ts'
import { allOf, chosen, everyones, OWNER, selected, sessionOf, windowOf } from './selection.ts'
import { traitsInSelection } from './walk.ts'

const timeless = ({ within: _, between: __, ...event }: EventSelection): EventSelection => event

// What is read: of a counter the events of all times, so that what is asked of the events after a long past one is asked of all of them, too.
const readBy = ({ event, measure }: ComputedTraitDefinition): EventSelection => (isCounter(measure) ? timeless(event) : event)

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
  const past = [...chosen(timeless(event), scope), sql<boolean>`e.timestamp <= ${scope.now}::timestamptz`]
  return measure.kind === 'count'
    ? { number: sql`count(*) filter (where ${allOf(window)})`, where: allOf(past) }
    : {
        number: aggregateOf(measure, {
          ...EVENT,
          properties: sql`case when ${allOf(window)} then e.properties end`,
          context: sql`case when ${allOf(window)} then e.context end`,
        }),
        where: allOf(past),
      }
}

type Source = { readonly from: Sql; readonly number: Sql; readonly where: Sql<boolean> }

const sourceOf = (definition: ComputedTraitDefinition, scope: Scope, from: Sql): Source => {
  const { event, measure } = definition
  if (isCounter(measure)) return { from, ...counted(definition, scope) }
  return { from, number: aggregateOf(measure), where: selected(event, scope) }
}

// Whose session goes on has done something lately.
const lately = ({ name }: EventSelection, expiresAfter: string, { spaceId, now }: Scope): Sql<boolean> =>
  sql`e.profile_id in (select r.profile_id from event r where r.space_id = ${spaceId} and r.name = ${name}
    and r.timestamp >= ${minus(now, expiresAfter)}::timestamptz and r.timestamp <= ${now}::timestamptz)`

const sessionSource = ({ event, measure }: ComputedTraitDefinition, expiresAfter: string, scope: Scope): Source => {
  const mine = scope.candidates ? sql<boolean>`e.profile_id = p.id` : lately(event, expiresAfter, scope)
  return {
    from: sql`${sessionOf({ event, measure }, expiresAfter, scope, [mine])} e`,
    number: aggregateOf(measure),
    where: sql`true`,
  }
}

/*
 * Of an account: over the events of all its people together (spec/audiences §7.1). An event counts for every account of its person; where the scope
 * honours the group that an event names, not for those of another one. A measure of the `user` reads the trait of whoever did the event, so
 * that the most frequent e-mail address is that of the most active person.
 */
const compileOfAccounts = (definition: ComputedTraitDefinition, scope: Scope): Sql<{ profile_id: string; value: unknown }> => {
  const { event, measure } = definition
  const asksUser = 'of' in measure && measure.of === 'user'
  const each = everyones(readBy(definition), scope, asksUser || traitsInSelection(event).length > 0)
  const source = sourceOf(definition, { ...each.scope, collection: 'users' }, each.from)
  const number = asksUser ? aggregateOf(measure, { ...EVENT, properties: OWNER.traits }) : source.number
  const value = asJson(measure, sql`v.number`)
  const { spaceId } = scope
  const from = sql`profile_link l join event e on e.space_id = ${spaceId} and e.profile_id = l.profile_id`
  const owner = each.scope.person ? sql`join profile o on o.space_id = ${spaceId} and o.id = e.profile_id` : sql``
  if (scope.candidates || scope.account) {
    return sql`select p.id as profile_id, ${value} as value
      from profile p cross join lateral (select ${number} as number, count(*) as events from ${from} ${owner}
        where l.space_id = ${spaceId} and l.account_id = p.id and ${source.where}) v
      where ${universe(scope)} and v.events > 0 and v.number is not null`
  }
  return sql`select p.id as profile_id, ${value} as value
    from profile p join (select l.account_id, ${number} as number from ${from} ${owner}
      where l.space_id = ${spaceId} and ${source.where} group by l.account_id) v on v.account_id = p.id
    where ${universe(scope)} and v.number is not null`
}

/**
 * The query of a computed trait: `profile_id` and `value` (jsonb) of every profile that has one in this space at `now`, each once. A session
 * that closed leaves no value (spec/audiences §11.2).
 */
export const compileValue = (definition: ComputedTraitDefinition, scope: Scope): Sql<{ profile_id: string; value: unknown }> => {
  if (scope.collection === 'accounts') return compileOfAccounts(definition, scope)
  const { event, measure } = definition
  const each = scope.candidates ? { from: sql`event e`, scope } : everyones(readBy(definition), scope)
  const { from, number, where } =
    event.expiresAfter === undefined
      ? sourceOf(definition, each.scope, each.from)
      : sessionSource(definition, event.expiresAfter, scope)
  const value = asJson(measure, sql`v.number`)
  if (scope.candidates) {
    return sql`select p.id as profile_id, ${value} as value
      from profile p cross join lateral (select ${number} as number, count(*) as events from ${from} where ${where} and e.profile_id = p.id) v
      where ${universe(scope)} and v.events > 0 and v.number is not null`
  }
  return sql`select p.id as profile_id, ${value} as value
    from profile p join (select e.profile_id, ${number} as number from ${from} where ${where} group by e.profile_id) v on v.profile_id = p.id
    where ${universe(scope)} and v.number is not null`
}
