import type { Condition, EventSelection, Filter } from '../../../src/audience/condition.ts'
import type { Happened, Person } from '../../../src/audience/evaluator/person.ts'
import type { Json, JsonObject } from '../../../src/base/json.ts'

/** One person, one condition, one instant: what is kept of a disagreement. `member` is what the specification says. */
export type Case = {
  readonly why: string
  /** Who is eligible, where it is not the default. */
  readonly externalIds?: readonly string[]
  readonly now: string
  readonly condition: Condition
  readonly person: Omit<Person, 'events'> & {
    readonly events: readonly (Omit<Happened, 'timestamp'> & { readonly timestamp: string })[]
  }
  readonly member: boolean
}

const without = <T>(list: readonly T[]): readonly (readonly T[])[] => list.map((_, index) => list.toSpliced(index, 1))
const replaced = <T>(list: readonly T[], smaller: (each: T) => readonly T[]): readonly (readonly T[])[] =>
  list.flatMap((each, index) => smaller(each).map((other) => list.with(index, other)))

const lists = <T>(list: readonly T[], smaller: (each: T) => readonly T[]): readonly (readonly T[])[] => [
  ...(list.length > 1 ? without(list) : []),
  ...replaced(list, smaller),
]

const filters = (filter: Filter): readonly Filter[] => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return [...filter.filters, ...lists(filter.filters, filters).map((each) => ({ ...filter, filters: each }))]
    case 'not':
      return [filter.filter, ...filters(filter.filter).map((each) => ({ ...filter, filter: each }))]
    case 'any_element':
      return filters(filter.filter).map((each) => ({ ...filter, filter: each }))
    case 'event':
      return measures(filter)
    default:
      return 'values' in filter.compare ? fewerValues(filter) : []
  }
}

const fewerValues = <Leaf extends { readonly compare: { readonly operator: string } }>(leaf: Leaf): readonly Leaf[] => {
  const values = (leaf.compare as { readonly values?: readonly unknown[] }).values ?? []
  return values.length < 2 ? [] : without(values).map((each) => ({ ...leaf, compare: { ...leaf.compare, values: each } }))
}

const selections = (event: EventSelection): readonly EventSelection[] => {
  const { name, where, ...rest } = event
  return [
    ...(where ? [{ name, ...rest }] : []),
    ...objects(rest as Record<string, unknown>).map((fewer) => ({ name, ...(where ? { where } : {}), ...fewer })),
    ...(where ? filters(where).map((each) => ({ ...event, where: each })) : []),
  ]
}

const measures = <Of extends Extract<Condition, { type: 'event' }>>(of: Of): readonly Of[] => [
  ...fewerValues(of),
  ...selections(of.event).map((event) => ({ ...of, event })),
]

const conditions = (condition: Condition): readonly Condition[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return [
        ...condition.conditions,
        ...lists(condition.conditions, conditions).map((each) => ({ ...condition, conditions: each })),
      ]
    case 'not':
      return [condition.condition, ...conditions(condition.condition).map((each) => ({ ...condition, condition: each }))]
    case 'event':
      return measures(condition)
    case 'any_element':
      return filters(condition.filter).map((filter) => ({ ...condition, filter }))
    case 'any':
    case 'all':
      return conditions(condition.condition).map((each) => ({ ...condition, condition: each }))
    case 'trait':
      return fewerValues(condition)
    case 'audience':
      return []
  }
}

const values = (json: Json): readonly Json[] => {
  if (Array.isArray(json)) return [...without(json as readonly Json[]), ...replaced(json as readonly Json[], values)]
  return typeof json === 'object' && json !== null ? objects(json as JsonObject) : []
}

const objects = <Of extends { readonly [key: string]: unknown }>(object: Of): readonly Of[] =>
  Object.keys(object).flatMap((key) => {
    const { [key]: value, ...rest } = object
    return [rest as Of, ...values(value as Json).map((each) => ({ ...object, [key]: each }))]
  })

const happenings = (event: Happened): readonly Happened[] => [
  ...objects(event.properties).map((properties) => ({ ...event, properties })),
  ...objects(event.context).map((context) => ({ ...event, context })),
]

const people = (person: Person): readonly Person[] => [
  ...without(person.events).map((events) => ({ ...person, events })),
  ...objects(person.traits).map((traits) => ({ ...person, traits })),
  ...objects(person.memberships).map((memberships) => ({ ...person, memberships })),
  ...objects(person.computed).map((computed) => ({ ...person, computed })),
  ...replaced(person.events, happenings).map((events) => ({ ...person, events })),
]

export type Disagreement = { readonly condition: Condition; readonly person: Person }

/** Takes away what the disagreement does not need, one thing at a time, for as long as it stays one. */
export const minimal = async (found: Disagreement, still: (other: Disagreement) => Promise<boolean>): Promise<Disagreement> => {
  const smaller = [
    ...conditions(found.condition).map((condition) => ({ ...found, condition })),
    ...people(found.person).map((person) => ({ ...found, person })),
  ]
  for (const other of smaller) if (await still(other)) return minimal(other, still)
  return found
}
