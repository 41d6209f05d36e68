import type { Comparison, ComputedTraitDefinition, Condition, EventSelection, Filter } from '../../../src/audience/condition.ts'
import { keysOf } from '../../../src/audience/path.ts'

/* What a text does not keep: groups of one, how a duration is spelled, -0, and whether a trait was called an audience. */

type Known = ReadonlySet<string>

const duration = (text: string): string => {
  const [amount, unit = ''] = text.split(' ')
  return `${Number(amount)} ${unit.replace(/s$/, '')}${Number(amount) === 1 ? '' : 's'}`
}

const comparison = (compare: Comparison): Comparison => {
  if ('duration' in compare) return { ...compare, duration: duration(compare.duration) }
  return 'value' in compare && compare.value === 0 ? ({ ...compare, value: 0 } as Comparison) : compare
}

const filter = (node: Filter): Filter => {
  switch (node.type) {
    case 'not':
      return { type: 'not', filter: filter(node.filter) }
    case 'any_element':
      return { ...node, filter: filter(node.filter) }
    case 'event':
      return { type: 'event', ...normalTrait(node), compare: comparison(node.compare) }
    case 'and':
    case 'or': {
      const parts = node.filters.map(filter)
      return parts.length === 1 && parts[0] ? parts[0] : { ...node, filters: parts }
    }
    default:
      return { ...node, compare: comparison(node.compare) }
  }
}

const span = ([from, to]: readonly [string, string]): [string, string] => [duration(from), duration(to)]

const selection = (event: EventSelection): EventSelection => ({
  ...event,
  ...(event.where ? { where: filter(event.where) } : {}),
  ...(event.within === undefined ? {} : { within: duration(event.within) }),
  ...(event.between ? { between: span(event.between) } : {}),
  ...(event.withinParent === undefined ? {} : { withinParent: duration(event.withinParent) }),
  ...(event.betweenParent ? { betweenParent: span(event.betweenParent) } : {}),
  ...(event.expiresAfter === undefined ? {} : { expiresAfter: duration(event.expiresAfter) }),
})

export const normalTrait = ({ event, measure }: ComputedTraitDefinition): ComputedTraitDefinition => ({
  event: selection(event),
  measure,
})

const ignoresCase = (compare: Comparison): boolean => 'ignoreCase' in compare && compare.ignoreCase === true

const named = (node: Extract<Condition, { type: 'trait' }>, known: Known): Condition => {
  const [key = '', ...deeper] = keysOf(node.path)
  const value = 'value' in node.compare ? node.compare.value : undefined
  const isTrue = !ignoresCase(node.compare) && node.compare.operator === 'equals' && [true, 'true'].some((each) => each === value)
  return known.has(key) && deeper.length === 0 && isTrue ? { type: 'audience', audience: key } : node
}

export const normal = (node: Condition, known: Known = new Set()): Condition => {
  switch (node.type) {
    case 'not':
    case 'any':
    case 'all':
      return { type: node.type, condition: normal(node.condition, known) }
    case 'any_element':
      return { ...node, filter: filter(node.filter) }
    case 'trait':
      return named({ ...node, compare: comparison(node.compare) }, known)
    case 'audience':
      return named({ type: 'trait', path: node.audience, compare: { operator: 'equals', value: true } }, known)
    case 'event':
      return { type: 'event', ...normalTrait(node), compare: comparison(node.compare) }
    default: {
      const parts = node.conditions.map((each) => normal(each, known))
      return parts.length === 1 && parts[0] ? parts[0] : { ...node, conditions: parts }
    }
  }
}
