import { sql } from 'kysely'
import { compareAt, compareValue, iterate } from '../compare.ts'
import type { Condition } from '../condition.ts'
import type { Sql } from '../operator.ts'
import { keysOf, pathOf } from '../path.ts'
import type { Lowered, Scope } from '../scope.ts'
import { isMember, lowerAudience } from './audience.ts'

type TraitCondition = Extract<Condition, { type: 'trait' }>

/** What a trait path is about: the key of an audience or of a computed trait goes before a custom trait of the same name. */
export const traitKind = (
  path: string,
  { catalog }: Pick<Scope, 'catalog'>,
): { readonly kind: 'audience' | 'computed'; readonly id: string } | { readonly kind: 'custom' } => {
  const keys = keysOf(path)
  const [key = ''] = keys
  const audience = catalog.audiences.get(key)
  if (audience !== undefined && keys.length === 1) return { kind: 'audience', id: audience }
  const computed = catalog.computedTraits.get(key)
  return computed === undefined ? { kind: 'custom' } : { kind: 'computed', id: computed }
}

/** The value of a computed trait of `profile p`. */
export const computedValue = (id: string, { spaceId }: Pick<Scope, 'spaceId'>): Sql =>
  sql`(select c.value from computed_value c where c.space_id = ${spaceId} and c.computed_trait_id = ${id} and c.profile_id = p.id)`

// True on entry, false after exit, nothing for somebody who never was in (spec/audiences §10.3).
const membershipValue = (id: string, scope: Scope): Sql =>
  sql`(case when ${isMember(id, scope)} then 'true'::jsonb
    when exists (select from membership_change c where c.space_id = ${scope.spaceId} and c.audience_id = ${id} and c.profile_id = p.id offset 0)
    then 'false'::jsonb end)`

/** The value of a trait of `profile p`: custom, computed, or the boolean of an audience. A path with `$` has one by entry and none here. */
export const traitValue = (path: string, scope: Scope): Sql => {
  const kind = traitKind(path, scope)
  switch (kind.kind) {
    case 'audience':
      return membershipValue(kind.id, scope)
    case 'computed':
      return computedValue(kind.id, scope)
    default: {
      const { from, value } = iterate(sql`p.traits`, path)
      return from.length === 0 ? value : sql`(select jsonb_agg(${value}) from ${sql.join(from)})`
    }
  }
}

const isTrue = ({ compare }: TraitCondition): boolean =>
  compare.operator === 'equals' && (compare.value === true || compare.value === 'true')

// The path goes on inside what was computed.
const compareInto = (value: Sql, { path, compare }: TraitCondition, { now }: Scope): Sql<boolean> => {
  const [, ...rest] = keysOf(path)
  return rest.length === 0 ? compareValue(value, compare, now) : compareAt(value, pathOf(...rest), compare, now)
}

/** A trait condition over `profile p`. */
export const lowerTrait = (condition: TraitCondition, scope: Scope, alias: string): Lowered => {
  const kind = traitKind(condition.path, scope)
  if (kind.kind === 'audience' && isTrue(condition)) return lowerAudience(keysOf(condition.path)[0] ?? '', scope, alias)
  if (kind.kind === 'custom') return { joins: [], test: compareAt(sql`p.traits`, condition.path, condition.compare, scope.now) }
  if (kind.kind === 'audience')
    return { joins: [], test: compareValue(membershipValue(kind.id, scope), condition.compare, scope.now) }
  if (scope.candidates) return { joins: [], test: compareInto(computedValue(kind.id, scope), condition, scope) }
  const set = sql.ref(alias)
  const join = sql`left join computed_value ${set} on ${sql.ref(`${alias}.space_id`)} = ${scope.spaceId} and ${sql.ref(`${alias}.computed_trait_id`)} = ${kind.id} and ${sql.ref(`${alias}.profile_id`)} = p.id`
  return { joins: [join], test: compareInto(sql.ref(`${alias}.value`), condition, scope) }
}
