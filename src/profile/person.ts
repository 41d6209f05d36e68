import type { JsonObject } from '../base/json.ts'
import type { ProfileRow } from '../db/rows/profile.ts'
import type { Collection } from './identifier.ts'
import type { Traits } from './last-write.ts'

/** A profile while a batch works on it: in memory, written once when the batch is done. */
export type Person = {
  readonly id: string
  readonly collection: Collection
  readonly createdAt: Date
  /** Made by this batch: there is no row yet. */
  readonly fresh: boolean
  readonly traits: Traits
  /** Values by type, newest first. */
  readonly identifiers: Map<string, readonly string[]>
  mergeCount: number
  lastSeenAt: number
  updatedAt: Date
  mergedInto: Person | undefined
  /** Something that is stored differs from the row. */
  dirty: boolean
  /** `lastSeenAt` differs from the row: alone, it is written alone. */
  seen: boolean
  /** What the batch did, for `profile_change`. */
  readonly eventNames: Set<string>
  readonly traitKeys: Set<string>
}

export const freshPerson = (id: string, collection: Collection, at: Date): Person => ({
  id,
  collection,
  createdAt: at,
  fresh: true,
  traits: { values: new Map(), times: new Map() },
  identifiers: new Map(),
  mergeCount: 0,
  lastSeenAt: 0,
  updatedAt: at,
  mergedInto: undefined,
  dirty: true,
  seen: false,
  eventNames: new Set(),
  traitKeys: new Set(),
})

/** A profile's row as a batch reads it: traits as JSON texts, because most batches only ask who somebody is. */
export type LockedRow = Omit<ProfileRow, 'space_id' | 'traits' | 'trait_times'> & {
  readonly traits: string
  readonly trait_times: string
}

const traitsFrom = ({ traits, trait_times }: LockedRow): Traits => ({
  values: new Map(Object.entries(JSON.parse(traits) as JsonObject)),
  times: new Map(Object.entries(JSON.parse(trait_times) as Record<string, number>)),
})

export const personFrom = (row: LockedRow): Person => {
  let traits: Traits | undefined
  return {
    id: row.id,
    collection: row.collection,
    createdAt: row.created_at,
    fresh: false,
    get traits() {
      traits ??= traitsFrom(row)
      return traits
    },
    identifiers: new Map(Object.entries(row.identifiers)),
    mergeCount: row.merge_count,
    lastSeenAt: row.last_seen_at?.getTime() ?? 0,
    updatedAt: row.updated_at,
    mergedInto: undefined,
    dirty: false,
    seen: false,
    eventNames: new Set(),
    traitKeys: new Set(),
  }
}

/** Who somebody is now: the end of the chain of merges. */
export const living = (person: Person): Person => {
  let here = person
  while (here.mergedInto) here = here.mergedInto
  return here
}

/** The older of two survives a merge; ids are ordered by time within one instant (spec/audiences §5.4). */
export const older = (a: Person, b: Person): Person =>
  +a.createdAt === +b.createdAt ? (a.id < b.id ? a : b) : a.createdAt < b.createdAt ? a : b
