import { crashPoint } from '../base/crash-point.ts'
import { idFrom } from '../base/ids.ts'
import { type JsonObject, jsonText } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { Call } from '../ingest/call.ts'
import { storeCalls } from '../ingest/ingest.ts'
import { type Claimed, holdClaim } from './claim.ts'
import { knownAmong } from './preview.ts'
import { addCreated, type Run } from './runs.ts'
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

const countCreated = async ({ db }: Telling, { spaceId }: Claimed, changes: readonly Change[]): Promise<number> => {
  let known = 0
  const values = changes.map((change) => partsOf(change.owner))
  const byType = Map.groupBy(values, ([type]) => type)
  for (const [type, those] of byType)
    known += (await knownAmong(db, spaceId, type, [...new Set(those.map(([, value]) => value))])).size
  return new Set(changes.map((change) => change.owner)).size - known
}

const tellSome = async (telling: Telling, claimed: Claimed, run: Run, gone: boolean): Promise<boolean> => {
  const { db, now, random } = telling
  const changes = await nextChanges(db, claimed, gone, TOGETHER)
  const last = changes.at(-1)
  if (!last) return false
  const created = gone ? 0 : await countCreated(telling, claimed, changes)
  const at = now()
  const calls = changes.flatMap((change) => {
    const traits = traitsOf(claimed, run, change)
    return traits ? [callOf(claimed, run, change, traits, at)] : []
  })
  if (calls.length > 0) await storeCalls(db, claimed.spaceId, calls, { now: at, random })
  crashPoint('sql_trait.told')
  await transact(db, async (tx) => {
    await holdClaim(tx, claimed)
    await applyChanges(tx, claimed, gone, last)
    if (created > 0) await addCreated(tx, claimed, run, created)
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
