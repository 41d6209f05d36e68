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
  if (node.type === 'not') return { type: 'not', filter: filter(node.filter) }
  if ('compare' in node) return { ...node, compare: comparison(node.compare) }
  const parts = node.filters.map(filter)
  return parts.length === 1 && parts[0] ? parts[0] : { ...node, filters: parts }
}

const selection = ({ name, where, within, between }: EventSelection): EventSelection => ({
  name,
  ...(where ? { where: filter(where) } : {}),
  ...(within === undefined ? {} : { within: duration(within) }),
  ...(between ? { between: [duration(between[0]), duration(between[1])] } : {}),
})

export const normalTrait = ({ event, measure }: ComputedTraitDefinition): ComputedTraitDefinition => ({
  event: selection(event),
  measure,
})

const named = (node: Extract<Condition, { type: 'trait' }>, known: Known): Condition => {
  const [key = '', ...deeper] = keysOf(node.path)
  const isTrue = node.compare.operator === 'equals' && String(node.compare.value) === 'true'
  return known.has(key) && deeper.length === 0 && isTrue ? { type: 'audience', audience: key } : node
}

export const normal = (node: Condition, known: Known = new Set()): Condition => {
  switch (node.type) {
    case 'not':
      return { type: 'not', condition: normal(node.condition, known) }
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
