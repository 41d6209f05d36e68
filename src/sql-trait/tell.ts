import { crashPoint } from '../base/crash-point.ts'
import { idFrom } from '../base/ids.ts'
import { type JsonObject, jsonText } from '../base/json.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { Call } from '../ingest/call.ts'
import { storeCalls } from '../ingest/ingest.ts'
import type { Result } from '../ingest/results.ts'
import { type Claimed, holdClaim } from './claim.ts'
import { knownAmong } from './preview.ts'
import { addTold, type Run } from './runs.ts'
import { applyChanges, type Change, nextChanges } from './staging.ts'

/** What telling needs of its surroundings. */
export type Telling = { readonly db: Db; readonly now: () => Date; readonly random: (bytes: number) => Uint8Array }

const TOGETHER = 500

const partsOf = (owner: string): readonly [type: string, value: string] => {
  const colon = owner.indexOf(':')
  return [owner.slice(0, colon), owner.slice(colon + 1)]
}

const nothing = (names: readonly string[]): JsonObject => Object.fromEntries(names.map((name) => [name, null]))

/** An identify call, or a group call for an account, as a source would have sent it (spec/audiences §8). */
const callOf = ({ spaceId, id }: Claimed, run: Run, change: Change, traits: JsonObject, receivedAt: Date): Call => {
  const [type, value] = partsOf(change.owner)
  const group = type === 'group_id'
  const own = type === 'email' ? { ...traits, email: value } : traits
  return {
    type: group ? 'group' : 'identify',
    name: group ? 'group' : 'identify',
    messageId: idFrom(spaceId, id, String(run.number), change.owner, change.member),
    sourceId: id,
    timestamp: run.startedAt,
    receivedAt,
    properties: jsonText(group ? { ...own, group_id: value } : own),
    context: '{}',
    places: {
      userId: group ? change.member || undefined : type === 'user_id' ? value : undefined,
      anonymousId: type === 'anonymous_id' ? value : undefined,
      traits: group ? {} : own,
      contextTraits: {},
      properties: {},
      context: {},
    },
    groupId: group ? value : undefined,
    traits: own,
    subscriptions: [],
    // A row of a database does not say that somebody was there.
    active: false,
  }
}

const traitsOf = (claimed: Claimed, run: Run, change: Change): JsonObject | undefined => {
  if (change.traits === null) return change.spoken ? undefined : nothing(claimed.traits)
  const traits = JSON.parse(change.traits) as JsonObject
  return { ...nothing(claimed.traits.filter((name) => !run.traits.includes(name))), ...traits }
}

const unknownOwners = async ({ db }: Telling, { spaceId }: Claimed, changes: readonly Change[]): Promise<ReadonlySet<string>> => {
  const unknown = new Set(changes.map(({ owner }) => owner))
  const byType = Map.groupBy([...unknown].map(partsOf), ([type]) => type)
  for (const [type, those] of byType) {
    const values = those.map(([, value]) => value)
    for (const value of await knownAmong(db, spaceId, type, values)) unknown.delete(`${type}:${value}`)
  }
  return unknown
}

// Who is nobody to the space (a blocked value, one that is too long), or is filtered out, is not taken in.
const isLost = ({ status }: Result): boolean => status === 'dropped' || status === 'filtered'

const tellSome = async (telling: Telling, claimed: Claimed, run: Run, gone: boolean): Promise<boolean> => {
  const { db, now, random } = telling
  const changes = await nextChanges(db, claimed, gone, TOGETHER)
  const last = changes.at(-1)
  if (!last) return false
  const unknown = gone ? new Set<string>() : await unknownOwners(telling, claimed, changes)
  const at = now()
  const told = changes.flatMap((change) => {
    const traits = traitsOf(claimed, run, change)
    return traits ? [{ owner: change.owner, call: callOf(claimed, run, change, traits, at) }] : []
  })
  const calls = told.map(({ call }) => call)
  const results = calls.length > 0 ? (await storeCalls(db, claimed.spaceId, calls, { now: at, random })).results : []
  const lost = gone ? 0 : results.filter(isLost).length
  const taken = new Set(told.filter((_, place) => !isLost(must(results[place], 'its result'))).map(({ owner }) => owner))
  const created = [...taken].filter((owner) => unknown.has(owner)).length
  crashPoint('sql_trait.told')
  await transact(db, async (tx) => {
    await holdClaim(tx, claimed)
    await applyChanges(tx, claimed, gone, last)
    if (created > 0 || lost > 0) await addTold(tx, claimed, run, { created, lost })
  })
  return true
}

/**
 * Tells what changed through the same door as any call, some rows at a time: each has an id that follows from the run, so that what was told before a
 * crash is not told twice. What is gone goes first: a query that names the same people otherwise (by email, no longer by user_id) loses rows and gains others
 * of the same profiles, and what it says of them now must stand.
 */
export const tell = async (telling: Telling, claimed: Claimed, run: Run, stopped: () => void): Promise<void> => {
  for (const gone of [true, false]) while (await tellSome(telling, claimed, run, gone)) stopped()
}
