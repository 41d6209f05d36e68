import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { SubscriptionChange } from './change.ts'
import { type Decided, decideChanges, type SubscriptionResult } from './decide.ts'
import { groupsOf } from './group.ts'
import {
  byText,
  groupKey,
  lockStates,
  readGroupStates,
  type Vector,
  vectorKey,
  writeChanges,
  writeGroupStates,
  writeStates,
} from './state.ts'
import { liftTombstones } from './tombstone.ts'

export type Applying = {
  /** Where it came from, for the history: `identify`, `track`, `retl`, `api`, `link`, `one-click`, `preferences`, … */
  readonly origin: string
  readonly now: Date
  /** The owner of the address acts, by a link that only they were sent: they may leave a group in any state. */
  readonly byPerson?: boolean
}

const distinct = <T>(items: readonly T[], key: (item: T) => string): T[] =>
  [...new Map(items.map((item) => [key(item), item])).values()].toSorted((a, b) => byText(key(a), key(b)))

// An id wins over a name that is written like it: names hold no underscore, ids do.
const groupIdsOf = async (
  tx: Db,
  spaceId: string,
  changes: readonly SubscriptionChange[],
): Promise<ReadonlyMap<string, string>> => {
  if (!changes.some((change) => change.groups.length > 0)) return new Map()
  const groups = await groupsOf(tx, spaceId)
  return new Map([...groups.map((g) => [g.name, g.id] as const), ...groups.map((g) => [g.id, g.id] as const)])
}

const groupPairs = (changes: readonly SubscriptionChange[], groupIds: ReadonlyMap<string, string>) =>
  distinct(
    changes.flatMap((change) =>
      change.groups.flatMap((group) => {
        const groupId = groupIds.get(group.id ?? group.name)
        return groupId === undefined ? [] : [{ address: change.address, groupId }]
      }),
    ),
    (pair) => groupKey(pair.address, pair.groupId),
  )

const write = async (tx: Db, spaceId: string, origin: string, decided: Decided): Promise<ReadonlySet<string>> => {
  const written = await writeStates(tx, spaceId, origin, [...decided.writes.values()])
  const writtenGroups = await writeGroupStates(tx, spaceId, [...decided.groupWrites.values()])
  const done = new Set([...written, ...writtenGroups])
  await writeChanges(
    tx,
    spaceId,
    decided.logs.filter((log) => done.has(log.key)).map((log) => log.row),
  )
  return done
}

/**
 * Applies changes of addresses in the caller's transaction, in a fixed number of statements however many there are, and answers what
 * became of each, in their order. The newest word on an address wins, whatever order they arrive in; while a number is locked by STOP it
 * can only be unsubscribed; group states need a subscribed address (spec/messaging §1.7, §3.6). Every change goes into the history.
 */
export const applySubscriptions = (
  db: Db,
  spaceId: string,
  changes: readonly SubscriptionChange[],
  { origin, now, byPerson = false }: Applying,
): Promise<readonly SubscriptionResult[]> =>
  transact(db, async (tx) => {
    if (changes.length === 0) return []
    const groupIds = await groupIdsOf(tx, spaceId, changes)
    const vectors: Vector[] = distinct(
      changes.map(({ channel, address }) => ({ channel, address })),
      vectorKey,
    )
    const states = await lockStates(tx, spaceId, vectors)
    const groupStates = await readGroupStates(tx, spaceId, groupPairs(changes, groupIds))
    const decided = decideChanges(changes, { spaceId, origin, now, byPerson, groupIds, states, groupStates })
    const done = await write(tx, spaceId, origin, decided)
    if (byPerson)
      await liftTombstones(
        tx,
        spaceId,
        changes.filter(({ status }) => status === 'subscribed'),
      )
    const meant = new Set([...decided.writes.keys(), ...decided.groupWrites.keys()])
    return decided.results.map(({ change, outcome, errors, keys }) => {
      // Meant and not written: somebody newer came first between our look and our write.
      const overtaken = keys.some((key) => meant.has(key) && !done.has(key))
      return { change, outcome: overtaken && outcome === 'applied' ? 'superseded' : outcome, errors }
    })
  })
