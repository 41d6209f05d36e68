import { milliseconds } from '../base/duration.ts'
import { isObject } from '../base/json.ts'
import { modeOf } from './mode.ts'
import { DEFAULT_EXTERNAL_IDS } from './scope.ts'

/** What is chosen when an audience or computed trait is made (spec/audiences §10.2, §7.4). */
export type Options = {
  readonly filterByExternalIds?: readonly string[] | undefined
  readonly includeAnonymousUsers?: boolean | undefined
  readonly includeHistoricalData?: boolean | undefined
  readonly backfillEventDataDays?: number | undefined
  readonly computeWithoutDestinations?: boolean | undefined
}

/** Identifier types of which a profile must own one; those who are only anonymous where that was chosen (spec/audiences §10.4). */
export const externalIdsOf = ({ filterByExternalIds, includeAnonymousUsers }: Options): readonly string[] => {
  const chosen = filterByExternalIds ?? DEFAULT_EXTERNAL_IDS
  return includeAnonymousUsers && !chosen.includes('anonymous_id') ? [...chosen, 'anonymous_id'] : chosen
}

const DAY_MS = 86_400_000

/** The age at which each selected event stops to count, in milliseconds: no end where there is no window. */
const endsOf = (node: unknown): readonly number[] => {
  if (Array.isArray(node)) return node.flatMap(endsOf)
  if (!isObject(node)) return []
  const windows = [node['within'], node['between']].flat().filter((each) => typeof each === 'string')
  const mine = typeof node['name'] === 'string' ? [windows.length > 0 ? Math.max(...windows.map(milliseconds)) : Infinity] : []
  return [...mine, ...Object.values(node).flatMap(endsOf)]
}

/** The longest window in days, rounded up; undefined where an event counts whatever its age. */
const longestWindow = (definition: unknown): number | undefined => {
  const longest = Math.max(...endsOf(definition))
  return Number.isFinite(longest) ? Math.ceil(longest / DAY_MS) : undefined
}

/** How much of the past counts, as it is applied. */
export type History = { readonly includeHistoricalData: boolean; readonly backfillEventDataDays?: number }

/**
 * How much of the past counts, as it is applied and answered (spec/audiences §15.2). What needs history (batch) has it whatever was asked for.
 * Without a look-back the longest window is it, which takes nothing away. Where an event counts whatever its age, Segment looks back 7 days;
 * we look at all there is, for "ever" would mean "since a week before the creation", and answer no number.
 */
export const historyOf = (definition: unknown, options: Options): History => {
  const includeHistoricalData = modeOf(definition).type === 'BATCH' || options.includeHistoricalData !== false
  const days = includeHistoricalData ? (options.backfillEventDataDays ?? longestWindow(definition)) : undefined
  return days === undefined ? { includeHistoricalData } : { includeHistoricalData, backfillEventDataDays: days }
}

/** The instant before which no event counts; undefined where all do. The look-back is counted from the creation. */
export const sinceOf = (definition: unknown, options: Options, createdAt: Date): Date | undefined => {
  if (!historyOf(definition, options).includeHistoricalData) return createdAt
  const days = options.backfillEventDataDays
  return days === undefined ? undefined : new Date(createdAt.getTime() - days * DAY_MS)
}
