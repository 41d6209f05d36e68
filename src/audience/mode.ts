import { isObject } from '../base/json.ts'

/** How Segment would compute a definition: at each event, or in runs. Ours is exact at the instant in both (spec/audiences §15.1). */
export type Mode = 'REALTIME' | 'BATCH'

/** A mode, and what in the definition asks for it: `because` is empty where nothing asks for batch. */
export type ModeOf = { readonly type: Mode; readonly because: readonly string[] }

const AGEING = new Set(['within_last', 'within_next', 'before_last', 'after_next'])

const reasonsOf = (node: unknown, inEvent: boolean): readonly string[] => {
  if (Array.isArray(node)) return node.flatMap((each) => reasonsOf(each, inEvent))
  if (!isObject(node)) return []
  const mine: string[] = []
  if ('within' in node || 'between' in node) mine.push('a time window')
  if (AGEING.has(String(node['operator']))) mine.push('a date that is compared with the passing time')
  if (node['type'] === 'event' && inEvent) mine.push('a funnel')
  if ('reference' in node) mine.push('a comparison with another property')
  if (node['type'] === 'any' || node['type'] === 'all') mine.push('the users of an account')
  const below = Object.entries(node).flatMap(([name, child]) => reasonsOf(child, inEvent || name === 'where'))
  return [...mine, ...below]
}

/**
 * The mode that a definition asks for (spec/audiences §15.1): batch for windows and dates that age, funnels, comparisons with other properties
 * and anything about accounts; real-time for the rest, session windows included. It follows from the definition alone and is fixed for life.
 */
export const modeOf = (definition: unknown, about: 'USERS' | 'ACCOUNTS' = 'USERS'): ModeOf => {
  const because = [...new Set([...(about === 'ACCOUNTS' ? ['being about accounts'] : []), ...reasonsOf(definition, false)])]
  return { type: because.length === 0 ? 'REALTIME' : 'BATCH', because }
}

/** A mode as people say it. */
export const modeInWords = (mode: Mode): string => (mode === 'REALTIME' ? 'real-time' : 'batch')
