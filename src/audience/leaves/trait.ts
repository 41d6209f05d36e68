import { sql } from 'kysely'
import { around } from '../around.ts'
import { compareAt, iterate } from '../compare.ts'
import type { Comparison, Condition, Filter, Leaf } from '../condition.ts'
import { anyElement, type EventColumns } from '../filter.ts'
import { equalForms } from '../literal.ts'
import type { Around, Sql } from '../operator.ts'
import { keysOf, pathOf } from '../path.ts'
import { type Lowered, PERSON, type Scope } from '../scope.ts'
import { columnOf } from '../stored.ts'
import { isMember, lowerAudience } from './audience.ts'

type TraitCondition = Extract<Condition, { type: 'trait' }>
type ElementCondition = Extract<Condition, { type: 'any_element' }>

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

/** The value of a computed trait of the profile. */
export const computedValue = (id: string, { spaceId, person = PERSON }: Pick<Scope, 'spaceId' | 'person'>): Sql =>
  sql`(select c.value from computed_value c where c.space_id = ${spaceId} and c.computed_trait_id = ${id} and c.profile_id = ${person.id})`

// True on entry, false after exit, nothing for somebody who never was in (spec/audiences §10.3).
const membershipValue = (id: string, scope: Scope): Sql =>
  sql`(case when ${isMember(id, scope)} then 'true'::jsonb when ${isMember(id, scope, 'membership_change')} then 'false'::jsonb end)`

const restOf = (path: string): string | undefined => {
  const [, ...rest] = keysOf(path)
  return rest.length === 0 ? undefined : pathOf(...rest)
}

/** Where the value of a trait begins, and the path from there. */
const traitAt = (path: string, scope: Scope): { readonly column: Sql; readonly path: string } => {
  const kind = traitKind(path, scope)
  switch (kind.kind) {
    case 'audience':
      return { column: membershipValue(kind.id, scope), path: '' }
    case 'computed':
      return { column: computedValue(kind.id, scope), path: restOf(path) ?? '' }
    default:
      return { column: (scope.person ?? PERSON).traits, path }
  }
}

/** The value of a trait of the profile: custom, computed, or the boolean of an audience; of a path with `$` the list of what it leads to. */
export const traitValue = (path: string, scope: Scope): Sql => {
  const at = traitAt(path, scope)
  const { from, value } = iterate(at.column, at.path)
  return from.length === 0 ? value : sql`(select jsonb_agg(${value}) from ${sql.join(from)})`
}

/** What a comparison of a trait reads on its right side. */
export const aroundTrait = (scope: Scope): Around => around({ now: scope.now, trait: (path) => traitValue(path, scope) })

// What holds the value at `keys`, and nothing else.
const holding = (keys: readonly string[], form: string): string =>
  keys.reduceRight((inside, key) => `{${JSON.stringify(key)}: ${inside}}`, form)

/**
 * Equal to a text or a truth value, asked of all traits at once: of `@>` the planner knows from its sample of profiles how many there are, and of
 * a value that is taken out nothing (it says one in 200, and asks a quarter of all people for their events one by one). Undefined for
 * what is compared in another way: a number, which may be written in a text, and what lies in an array.
 */
const formsHeld = (path: string, compare: Comparison): readonly string[] | undefined => {
  if ((compare.operator !== 'equals' && compare.operator !== 'one_of') || compare.ignoreCase) return undefined
  const keys = path === '' ? [] : keysOf(path)
  const literals = compare.operator === 'equals' ? [compare.value] : compare.values
  const texts = literals.filter((each) => typeof each === 'string' || typeof each === 'boolean')
  if (keys.includes('$') || texts.length < literals.length) return undefined
  return [...new Set(texts.flatMap(equalForms))].map((form) => holding(keys, form))
}

const containing = (traits: Sql, forms: readonly string[]): Sql<boolean> =>
  forms.length === 1 ? sql`${traits} @> ${forms[0]}::jsonb` : sql`${traits} @> any(${forms}::jsonb[])`

const held = (path: string, compare: Comparison, scope: Scope): Sql<boolean> | undefined => {
  const forms = traitKind(path, scope).kind === 'custom' ? formsHeld(path, compare) : undefined
  return forms && containing((scope.person ?? PERSON).traits, forms)
}

/** A trait of the profile compared. */
export const compareTrait = (
  path: string,
  compare: Comparison,
  scope: Scope,
  reads: Around = aroundTrait(scope),
): Sql<boolean> => {
  const at = traitAt(path, scope)
  return held(path, compare, scope) ?? compareAt(at.column, at.path, compare, reads)
}

const isTrue = ({ compare }: TraitCondition): boolean =>
  compare.operator === 'equals' && (compare.value === true || compare.value === 'true')

/** A trait condition over `profile p`. */
export const lowerTrait = (condition: TraitCondition, scope: Scope, alias: string): Lowered => {
  const { path, compare } = condition
  const kind = traitKind(path, scope)
  if (kind.kind === 'audience' && isTrue(condition)) return lowerAudience(keysOf(path)[0] ?? '', scope, alias)
  if (kind.kind !== 'computed' || scope.candidates) return { joins: [], test: compareTrait(path, compare, scope) }
  const set = sql.ref(alias)
  const join = sql`left join computed_value ${set} on ${sql.ref(`${alias}.space_id`)} = ${scope.spaceId} and ${sql.ref(`${alias}.computed_trait_id`)} = ${kind.id} and ${sql.ref(`${alias}.profile_id`)} = p.id`
  return { joins: [join], test: compareAt(columnOf(sql.ref(`${alias}.value`)), restOf(path) ?? '', compare, aroundTrait(scope)) }
}

// The entries that satisfy a filter, each as it is written, where they can be named: of an entry that is equal to something.
const entriesNamed = (filter: Filter): readonly string[] | undefined => {
  if (filter.type === 'or') {
    const each = filter.filters.map(entriesNamed)
    return each.every((forms) => forms !== undefined) ? each.flat() : undefined
  }
  return filter.type === 'property' ? formsHeld(filter.path, filter.compare) : undefined
}

const anyEntryHeld = ({ path, filter }: ElementCondition, scope: Scope): Sql<boolean> | undefined => {
  const keys = keysOf(path)
  if (keys.includes('$') || traitKind(path, scope).kind !== 'custom') return undefined
  const forms = entriesNamed(filter)?.map((form) => holding(keys, `[${form}]`))
  return forms && containing((scope.person ?? PERSON).traits, forms)
}

/** Whether the planner knows from its sample how many people a question about traits leaves. */
export const isEstimated = (leaf: Leaf, scope: Scope): boolean => {
  if (leaf.type === 'trait') return held(leaf.path, leaf.compare, scope) !== undefined
  return leaf.type === 'any_element' && anyEntryHeld(leaf, scope) !== undefined
}

/** One entry of an array in a trait that satisfies a whole filter. */
export const lowerElement = (condition: ElementCondition, scope: Scope): Lowered => {
  const held = anyEntryHeld(condition, scope)
  if (held) return { joins: [], test: held }
  const { path, filter } = condition
  const at = traitAt(path, scope)
  const refused = sql`null::jsonb`
  const of = { properties: at.column, context: refused, now: scope.now, ...traitsOf(scope) }
  return { joins: [], test: anyElement(at.column, { path: at.path, filter }, of) }
}

/** The traits of the profile, for filters. */
export const traitsOf = (scope: Scope): Pick<EventColumns, 'trait' | 'traitValue'> => ({
  trait: (path, compare, reads) => compareTrait(path, compare, scope, reads),
  traitValue: (path) => traitValue(path, scope),
})
