import { spokenDuration } from '../base/duration.ts'
import { unreachable } from '../base/must.ts'
import { ruleOf } from './compare.ts'
import type { Comparison, ComputedTraitDefinition, Condition, EventSelection, Filter } from './condition.ts'
import { decimalOf } from './literal.ts'
import { measureRule } from './measures/index.ts'
import { either } from './operators/parts.ts'

const list = (parts: readonly string[], word: 'and' | 'or'): string => parts.join(`, ${word} `)

const nested = (parts: readonly { readonly text: string; readonly compound: boolean }[], word: 'and' | 'or'): string =>
  list(
    parts.map(({ text, compound }) => (compound && parts.length > 1 ? `(${text})` : text)),
    word,
  )

const userWords = { any: 'one of whose users', all: 'all of whose users', none: 'none of whose users' } as const

const isCompound = (node: Condition | Filter): boolean => {
  if (node.type !== 'and' && node.type !== 'or') return false
  const parts = 'conditions' in node ? node.conditions : node.filters
  return parts.length > 1 || parts.some(isCompound)
}

// So that what goes with it is told from what comes after it.
const enclosed = (node: Condition | Filter, text: string): string => (isCompound(node) ? `(${text})` : text)

const compared = (compare: Comparison): string => ruleOf(compare).sentence(compare)

/** A filter in plain English: `“revenue” is at least 100, and “coupon” exists`. */
export const filterSentence = (filter: Filter): string => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return nested(
        filter.filters.map((each) => ({ text: filterSentence(each), compound: isCompound(each) })),
        filter.type,
      )
    case 'not':
      return `not (${filterSentence(filter.filter)})`
    case 'property':
      return `${filter.path === '' ? 'it' : `“${filter.path}”`} ${compared(filter.compare)}`
    case 'context':
      return `context “${filter.path}” ${compared(filter.compare)}`
    case 'trait':
      return `the trait “${filter.path}” ${compared(filter.compare)}`
    case 'event':
      return childSentence(filter)
    case 'any_element':
      return elementSentence(filter)
    default:
      return unreachable(filter)
  }
}

const elementSentence = ({ path, filter }: { readonly path: string; readonly filter: Filter }): string =>
  `one entry of “${path}” has (${filterSentence(filter)})`

type Child = Extract<Filter, { type: 'event' }>

const childSentence = (child: Child): string =>
  `then ${eventSentence(child)}${child.event.settled ? ', once that time is over' : ''}`

const spokenSpan = ([from, to]: readonly [string, string]): string => `between ${spokenDuration(from)} and ${spokenDuration(to)}`

const windowsOf = ({ within, between, withinParent, betweenParent, expiresAfter }: EventSelection): readonly string[] => [
  ...(within === undefined ? [] : [`within the last ${spokenDuration(within)}`]),
  ...(between ? [`${spokenSpan(between)} ago`] : []),
  ...(withinParent === undefined ? [] : [`within ${spokenDuration(withinParent)} of it`]),
  ...(betweenParent ? [`${spokenSpan(betweenParent)} after it`] : []),
  ...(expiresAfter === undefined ? [] : [`in a session that ends after ${spokenDuration(expiresAfter)} of silence`]),
]

const windowSentence = (event: EventSelection): string =>
  windowsOf(event)
    .map((each) => ` ${each}`)
    .join('')

const sourced = ({ excludeSources = [] }: EventSelection): string =>
  excludeSources.length === 0 ? '' : ` (not from ${either(excludeSources.map((each) => `“${each}”`))})`

const isChild = (filter: Filter): filter is Child => filter.type === 'event'

/** What an event must hold, and what must come after it: what stands beside the rest by `and` is said after it. */
const partsOf = (where: Filter): { readonly own: Filter | undefined; readonly children: readonly Child[] } => {
  const filters = where.type === 'and' ? where.filters : [where]
  const own = filters.filter((each) => !isChild(each))
  const [only] = own
  return {
    own: only === undefined || own.length === 1 ? only : { type: 'and', filters: own },
    children: filters.filter(isChild),
  }
}

/** What an event must hold, after its name: `where “revenue” is at least 100 (and then did not do “Refund”)`. */
export const whereSentence = (where: Filter): string => {
  const { own, children } = partsOf(where)
  const held = own ? [`where ${enclosed(own, filterSentence(own))}`] : []
  return [...held, ...children.map((child) => `(and ${childSentence(child)})`)].join(' ')
}

/** An event selection in words: `“Order Completed” where “revenue” is at least 100, within the last 30 days`. */
export const selectionSentence = (event: EventSelection, times = ''): string => {
  const where = event.where ? ` ${whereSentence(event.where)}` : ''
  const comma = where.startsWith(' where') && (times || windowsOf(event).length > 0) ? ',' : ''
  return `“${event.name}”${sourced(event)}${where}${comma}${times}${windowSentence(event)}`
}

const spokenTimes = (value: string): string => {
  if (Number(value) === 1) return 'once'
  return Number(value) === 2 ? 'twice' : `${value} times`
}

const counted = (compare: Comparison, event: EventSelection): string => {
  const value = 'value' in compare && typeof compare.value !== 'object' ? decimalOf(compare.value) : undefined
  if (value === undefined) return `did ${selectionSentence(event, ` a number of times that ${compared(compare)}`)}`
  const number = Number(value)
  const never = `did not do ${selectionSentence(event)}`
  const often = (words: string): string => `did ${selectionSentence(event, ` ${words}`)}`
  switch (compare.operator) {
    case 'at_least':
      return number === 1 ? `did ${selectionSentence(event)}` : often(`at least ${spokenTimes(value)}`)
    case 'at_most':
      return number === 0 ? never : often(`at most ${spokenTimes(value)}`)
    case 'equals':
      return number === 0 ? never : often(`exactly ${spokenTimes(value)}`)
    case 'greater_than':
      return number === 0 ? `did ${selectionSentence(event)}` : often(`more than ${spokenTimes(value)}`)
    case 'less_than':
      return number === 1 ? never : often(`less than ${spokenTimes(value)}`)
    default:
      return often(`a number of times that ${compared(compare)}`)
  }
}

const eventSentence = ({ event, measure, compare }: Omit<Extract<Condition, { type: 'event' }>, 'type'>): string => {
  if (measure.kind === 'count') return counted(compare, event)
  return `${measureRule(measure).sentence(measure)} of ${selectionSentence(event)} ${compared(compare)}`
}

const negation = (condition: Condition): string =>
  condition.type === 'audience' ? `is not part of “${condition.audience}”` : `not (${sentence(condition)})`

const ofUsers = (type: 'any' | 'all', condition: Condition): string => {
  const none = type === 'all' && condition.type === 'not'
  const asked = none ? condition.condition : condition
  return `${userWords[none ? 'none' : type]} ${enclosed(asked, sentence(asked))}`
}

/** A condition in plain English: `did “Order Completed” at least twice within the last 30 days, and is not part of “lapsed”`. */
export const sentence = (condition: Condition): string => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return nested(
        condition.conditions.map((each) => ({ text: sentence(each), compound: isCompound(each) })),
        condition.type,
      )
    case 'not':
      return negation(condition.condition)
    case 'trait':
      return `“${condition.path}” ${compared(condition.compare)}`
    case 'event':
      return eventSentence(condition)
    case 'audience':
      return `is part of “${condition.audience}”`
    case 'any_element':
      return elementSentence(condition)
    case 'any':
    case 'all':
      return ofUsers(condition.type, condition.condition)
    default:
      return unreachable(condition)
  }
}

/** A computed trait in words: `the number of times of “Page Viewed” within the last 7 days`. */
export const definitionSentence = ({ event, measure }: ComputedTraitDefinition): string =>
  measure.kind === 'count'
    ? `how often somebody did ${selectionSentence(event)}`
    : `${measureRule(measure).sentence(measure)} of ${selectionSentence(event)}`
