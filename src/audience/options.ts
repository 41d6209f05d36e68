import { sql } from 'kysely'
import { type Duration, milliseconds } from '../base/duration.ts'
import { isObject } from '../base/json.ts'
import type { Collection } from '../profile/identifier.ts'
import { modeOf } from './mode.ts'
import { DEFAULT_EXTERNAL_IDS, type Scope } from './scope.ts'

/** What is chosen when an audience or computed trait is made (spec/audiences §10.2, §7.4). */
export type Options = {
  readonly filterByExternalIds?: readonly string[] | undefined
  readonly includeAnonymousUsers?: boolean | undefined
  readonly includeHistoricalData?: boolean | undefined
  readonly backfillEventDataDays?: number | undefined
  readonly computeWithoutDestinations?: boolean | undefined
  /** Of accounts: an event whose `context.groupId` names another group does not count for the account (ACC-06, our own). */
  readonly honourGroupId?: boolean | undefined
  /**
   * Of accounts: computed in full this often and not in between, as Segment does every 8 hours (spec/audiences §12). Without it they are exact at
   * once: what happens to a person is a change of their accounts, so waiting would save nothing.
   */
  readonly recompute?: { readonly every: Duration } | undefined
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
export const historyOf = (definition: unknown, options: Options, about: 'USERS' | 'ACCOUNTS' = 'USERS'): History => {
  const includeHistoricalData = modeOf(definition, about).type === 'BATCH' || options.includeHistoricalData !== false
  const days = includeHistoricalData ? (options.backfillEventDataDays ?? longestWindow(definition)) : undefined
  return days === undefined ? { includeHistoricalData } : { includeHistoricalData, backfillEventDataDays: days }
}

/** The instant before which no event counts; undefined where all do. The look-back is counted from the creation. */
export const sinceOf = (
  definition: unknown,
  options: Options,
  createdAt: Date,
  about: 'USERS' | 'ACCOUNTS' = 'USERS',
): Date | undefined => {
  if (!historyOf(definition, options, about).includeHistoricalData) return createdAt
  const days = options.backfillEventDataDays
  return days === undefined ? undefined : new Date(createdAt.getTime() - days * DAY_MS)
}

type Saved = { readonly collection: Collection; readonly options: Options; readonly createdAt: Date }

/** Whom a definition is about and what counts for them: the part of the scope that does not depend on when and about whom it is asked. */
export const eligibilityOf = (
  definition: unknown,
  { collection, options, createdAt }: Saved,
): Pick<Scope, 'collection' | 'account' | 'filterByExternalIds' | 'since'> => {
  if (collection === 'users')
    return { collection, filterByExternalIds: externalIdsOf(options), since: sinceOf(definition, options, createdAt) }
  const account = options.honourGroupId === true ? sql`p.identifiers` : undefined
  // An account has its group id and nothing else.
  return { collection, account, filterByExternalIds: undefined, since: sinceOf(definition, options, createdAt, 'ACCOUNTS') }
}
