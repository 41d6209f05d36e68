import type { Condition, Filter, Measure } from '../../../audience/condition.ts'
import { isSimple, isWhole } from './operators.ts'

/* A condition while it is being written has the shape of a finished one, with empty words where something is still missing. */

export type Group = Extract<Condition, { type: 'and' | 'or' }>
export type Leaf = Exclude<Condition, { type: 'and' | 'or' | 'not' }>
/** The kinds of leaves that the builder writes; it shows the others as a sentence. */
export type LeafType = 'event' | 'trait' | 'audience'
export type EditableLeaf = Extract<Condition, { type: LeafType }>
export type EditableFilter = Extract<Filter, { type: 'property' | 'context' }>
/** What must follow an event, counted. */
export type EditableThen = Extract<Filter, { type: 'event' }>

/** A condition without the NOT around it; two of them cancel, because conditions are true or false and nothing else. */
export const peel = (condition: Condition): { readonly negated: boolean; readonly inner: Group | Leaf } => {
  if (condition.type !== 'not') return { negated: false, inner: condition }
  const { negated, inner } = peel(condition.condition)
  return { negated: !negated, inner }
}

export const wrap = (inner: Condition, negated: boolean): Condition => (negated ? { type: 'not', condition: inner } : inner)

export const isGroup = (condition: Condition): condition is Group => condition.type === 'and' || condition.type === 'or'

export const newLeaf = (type: LeafType): EditableLeaf => {
  switch (type) {
    case 'event':
      return { type, event: { name: '' }, measure: { kind: 'count' }, compare: { operator: 'at_least', value: 1 } }
    case 'trait':
      return { type, path: '', compare: { operator: 'equals', value: '' } }
    case 'audience':
      return { type, audience: '' }
  }
}

export const newFilter = (): Filter => ({ type: 'property', path: '', compare: { operator: 'equals', value: '' } })

export const newThen = (): Filter => ({
  ...{ type: 'event', event: { name: '' }, measure: { kind: 'count' } },
  compare: { operator: 'equals', value: 0 },
})

/** Whether the builder has words to write it with: what it has none for is shown, not changed. */
export const isEditable = (leaf: Leaf): leaf is EditableLeaf => {
  switch (leaf.type) {
    case 'audience':
      return true
    case 'trait':
      return isSimple(leaf.compare)
    case 'event':
      return (
        isSimple(leaf.compare) &&
        !leaf.event.excludeSources &&
        !('as' in leaf.measure && leaf.measure.as) &&
        !('of' in leaf.measure && leaf.measure.of)
      )
    default:
      return false
  }
}

export const isEditableFilter = (filter: Filter): filter is EditableFilter =>
  (filter.type === 'property' || filter.type === 'context') && isSimple(filter.compare)

/** Whether the builder has words for what must follow an event. */
export const isEditableThen = (filter: Filter): filter is EditableThen => {
  if (filter.type !== 'event' || filter.measure.kind !== 'count' || !('value' in filter.compare)) return false
  const { name: _, where: __, withinParent: ___, settled: ____, ...others } = filter.event
  return isSimple(filter.compare) && Object.values(others).every((value) => value === undefined)
}

/** As the builder shows it: always a group outside. */
export const opened = (condition: Condition | undefined): Group => {
  if (condition === undefined) return { type: 'and', conditions: [] }
  return isGroup(condition) ? condition : { type: 'and', conditions: [condition] }
}

/** As it is saved: no group around a single condition. */
export const closed = (condition: Condition): Condition => {
  if (condition.type === 'not' || condition.type === 'any' || condition.type === 'all')
    return { type: condition.type, condition: closed(condition.condition) }
  if (!isGroup(condition)) return condition
  const [only] = condition.conditions
  if (condition.conditions.length === 1 && only) return closed(only)
  return { type: condition.type, conditions: condition.conditions.map(closed) }
}

const isMeasured = (measure: Measure): boolean => measure.kind === 'count' || measure.property !== ''

/** Whether nothing is missing in what an event must hold. */
export const filterIsWhole = (filter: Filter | undefined): boolean => {
  if (filter === undefined) return true
  if (filter.type === 'not') return filterIsWhole(filter.filter)
  if ('filters' in filter) return filter.filters.length > 0 && filter.filters.every(filterIsWhole)
  if (filter.type === 'event') {
    const { event, measure, compare } = filter
    return event.name !== '' && isMeasured(measure) && isWhole(compare) && filterIsWhole(event.where)
  }
  return !isEditableFilter(filter) || (filter.path !== '' && isWhole(filter.compare))
}

/** Whether nothing is missing, so that it can be counted and saved. */
export const isComplete = (condition: Condition): boolean => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.length > 0 && condition.conditions.every(isComplete)
    case 'not':
      return isComplete(condition.condition)
    case 'trait':
      return condition.path !== '' && isWhole(condition.compare)
    case 'audience':
      return condition.audience !== ''
    case 'any':
    case 'all':
      return isComplete(condition.condition)
    case 'any_element':
      return true
    case 'event': {
      const { event, measure, compare } = condition
      return event.name !== '' && filterIsWhole(event.where) && isMeasured(measure) && isWhole(compare)
    }
  }
}

/** The list with one of its places changed, or taken out. */
export const replaced = <T>(list: readonly T[], at: number, item: T | undefined): T[] =>
  list.flatMap((old, index) => (index === at ? (item === undefined ? [] : [item]) : [old]))

/** The items of a list by place: a condition has no name of its own, its place is its identity and keeps the focus while it is rewritten. */
export const placed = <T>(list: readonly T[]): readonly { readonly item: T; readonly at: number; readonly key: string }[] =>
  list.map((item, at) => ({ item, at, key: `place ${at + 1}` }))

/** How many of an account's users must satisfy a condition (spec/audiences §12). */
export type Quantity = 'any' | 'all' | 'none'
export type Quantified = { readonly type: 'any' | 'all'; readonly condition: Condition }

/** `all` around `not` is said as "no user": what it says of an account without users is that of none of them. */
export const unquantified = ({ type, condition }: Quantified): { readonly quantity: Quantity; readonly inner: Group } =>
  type === 'all' && condition.type === 'not'
    ? { quantity: 'none', inner: opened(condition.condition) }
    : { quantity: type, inner: opened(condition) }

export const quantified = (quantity: Quantity, inner: Group): Quantified =>
  quantity === 'none' ? { type: 'all', condition: { type: 'not', condition: inner } } : { type: quantity, condition: inner }
