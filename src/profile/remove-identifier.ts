import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import { addChanges } from './change.ts'
import type { Identifier } from './identifier.ts'

type Locked = { readonly merged_into: string | null; readonly identifiers: Readonly<Record<string, readonly string[]>> }

const lock = (tx: Db, spaceId: string, profileId: string): Promise<Locked | undefined> =>
  runOne(
    tx,
    query(
      'profile.lock_one',
      sql<Locked>`select merged_into, identifiers from profile where space_id = ${spaceId} and id = ${profileId}::uuid for update`,
    ),
  )

const without = (all: Locked['identifiers'], { type, value }: Identifier): Locked['identifiers'] => {
  const left = (all[type] ?? []).filter((each) => each !== value)
  const { [type]: _, ...others } = all
  return left.length === 0 ? others : { ...others, [type]: left }
}

/**
 * Takes one identifier from a person; traits, events and merges stay (spec/audiences §5.6). Who is known by it comes to nobody any more, until a
 * call says it again. Audiences look at the person anew: some ask for identifiers. Answers whether it was theirs, and `merged` where the person
 * went into another meanwhile.
 */
export const removeIdentifier = (
  db: Db,
  spaceId: string,
  profileId: string,
  identifier: Identifier,
  now: Date,
): Promise<'removed' | 'not theirs' | 'merged'> =>
  transact(db, async (tx) => {
    const locked = await lock(tx, spaceId, profileId)
    if (!locked || locked.merged_into !== null) return 'merged'
    const { type, value } = identifier
    if (!Object.hasOwn(locked.identifiers, type) || !locked.identifiers[type]?.includes(value)) return 'not theirs'
    const left = JSON.stringify(without(locked.identifiers, identifier))
    await run(
      tx,
      query(
        'profile_identifier.remove',
        sql`delete from profile_identifier where space_id = ${spaceId} and collection = 'users' and type = ${type} and value = ${value}
          and profile_id = ${profileId}::uuid`,
      ),
    )
    await run(
      tx,
      query(
        'profile.set_identifiers',
        sql`update profile set identifiers = ${left}::jsonb, updated_at = ${now}::timestamptz where space_id = ${spaceId} and id = ${profileId}::uuid`,
      ),
    )
    const id = idFrom(spaceId, 'identifier removed', profileId, type, value, now.toISOString())
    await addChanges(tx, spaceId, [{ profileId, id, eventNames: [], traitKeys: ['*'] }], now)
    return 'removed'
  })
