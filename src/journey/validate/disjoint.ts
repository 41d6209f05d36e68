import { type Comparison, type Filter, isLiteral, type Literal } from '../../audience/condition.ts'

/*
 * Whether two filters can be shown never to hold for the same event. This proves, it does not evaluate: what an operator means stays in
 * the audience room. "Not shown" is answered with false, and whoever asked must refuse.
 */

type Leaf = Extract<Filter, { type: 'property' | 'context' | 'trait' }>

// Numbers and their text are one value (spec/audiences §11.2, rulings), so they have one name here.
const same = (value: Literal): string => (/^-?\d+(\.\d+)?$/.test(String(value)) ? String(Number(value)) : String(value))

// What is read from the data, or compared in any case, is not known here; nor is it how else an instant may be written.
const isKnown = (compare: Comparison): boolean => {
  const rights = 'values' in compare ? compare.values : 'value' in compare ? [compare.value] : []
  return !('ignoreCase' in compare && compare.ignoreCase) && rights.every(isLiteral)
}

const listed = (compare: Comparison): readonly string[] | undefined => {
  if (!isKnown(compare)) return undefined
  if (compare.operator === 'equals' && isLiteral(compare.value)) return [same(compare.value)]
  if (compare.operator === 'one_of') return compare.values.filter(isLiteral).map(same)
  return undefined
}

const excluded = (compare: Comparison): readonly string[] | undefined => {
  if (!isKnown(compare)) return undefined
  if (compare.operator === 'not_equals' && isLiteral(compare.value)) return [same(compare.value)]
  if (compare.operator === 'none_of') return compare.values.filter(isLiteral).map(same)
  return undefined
}

type Range = { readonly low: number; readonly high: number; readonly lowIn: boolean; readonly highIn: boolean }

const range = (compare: Comparison): Range | undefined => {
  if (!('value' in compare) || typeof compare.value !== 'number') return undefined
  const value = compare.value
  if (compare.operator === 'equals') return { low: value, high: value, lowIn: true, highIn: true }
  const below = { low: Number.NEGATIVE_INFINITY, lowIn: false, high: value }
  const above = { high: Number.POSITIVE_INFINITY, highIn: false, low: value }
  if (compare.operator === 'less_than') return { ...below, highIn: false }
  if (compare.operator === 'at_most') return { ...below, highIn: true }
  if (compare.operator === 'greater_than') return { ...above, lowIn: false }
  if (compare.operator === 'at_least') return { ...above, lowIn: true }
  return undefined
}

const apart = (a: Range, b: Range): boolean =>
  a.high < b.low || b.high < a.low || (a.high === b.low && !(a.highIn && b.lowIn)) || (b.high === a.low && !(b.highIn && a.lowIn))

const needsValue = (compare: Comparison): boolean => compare.operator !== 'absent' && compare.operator !== 'omits'

const comparisonsDisjoint = (a: Comparison, b: Comparison): boolean => {
  const [listA, listB] = [listed(a), listed(b)]
  if (listA && listB && !listA.some((value) => listB.includes(value))) return true
  const [outA, outB] = [excluded(a), excluded(b)]
  if (listA && outB && listA.every((value) => outB.includes(value))) return true
  if (listB && outA && listB.every((value) => outA.includes(value))) return true
  if ((a.operator === 'absent' && needsValue(b)) || (b.operator === 'absent' && needsValue(a))) return true
  const [rangeA, rangeB] = [range(a), range(b)]
  return rangeA !== undefined && rangeB !== undefined && apart(rangeA, rangeB)
}

// `$` walks over the entries of a list, so two comparisons may be satisfied by two entries of the same event.
const overEntries = (path: string): boolean => path.split('.').includes('$')

const leavesDisjoint = (a: Leaf, b: Leaf): boolean =>
  a.type === b.type && a.path === b.path && !overEntries(a.path) && comparisonsDisjoint(a.compare, b.compare)

const isLeaf = (filter: Filter): filter is Leaf =>
  filter.type === 'property' || filter.type === 'context' || filter.type === 'trait'

/** True only when it is certain that no event satisfies both. */
export const disjoint = (a: Filter, b: Filter): boolean => {
  if (a.type === 'or') return a.filters.every((each) => disjoint(each, b))
  if (b.type === 'or') return b.filters.every((each) => disjoint(a, each))
  if (a.type === 'and') return a.filters.some((each) => disjoint(each, b))
  if (b.type === 'and') return b.filters.some((each) => disjoint(a, each))
  if (a.type === 'not') return JSON.stringify(a.filter) === JSON.stringify(b)
  if (b.type === 'not') return JSON.stringify(b.filter) === JSON.stringify(a)
  return isLeaf(a) && isLeaf(b) && leavesDisjoint(a, b)
}
