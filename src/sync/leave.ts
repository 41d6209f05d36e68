import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { ConnectionToldRow, ToldId } from '../db/rows/connection.ts'
import { unique } from './addressee.ts'
import { allConnections, type Connected } from './connected.ts'
import { heardOf, type OnItsWay } from './heard.ts'

/** Who is erased, by which request, and whether destinations are told. */
export type Leaving = {
  readonly spaceId: string
  readonly regulationId: string
  readonly profileIds: readonly string[]
  readonly tells: boolean
  readonly now: Date
}

type Told = Pick<ConnectionToldRow, 'profile_id' | 'connection_id' | 'ids' | 'told_at'>
type Call = OnItsWay & { readonly profile_id: string }

const forgetTold = (tx: Db, { spaceId, profileIds }: Leaving): Promise<readonly Told[]> =>
  run(
    tx,
    query(
      'connection_told.leave',
      sql<Told>`delete from connection_told where space_id = ${spaceId}
        and profile_id in (select r.id from unnest(${profileIds}::uuid[]) as r (id)) returning profile_id, connection_id, ids, told_at`,
    ),
  )

// Nobody sends them any more: what they were to say is known once they are gone.
const takeQueued = (tx: Db, { spaceId, profileIds }: Leaving): Promise<readonly Call[]> =>
  run(
    tx,
    query(
      'event_delivery.leave',
      sql<Call>`delete from event_delivery where space_id = ${spaceId}
        and profile_id in (select r.id from unnest(${profileIds}::uuid[]) as r (id)) and status in ('queued', 'held')
        returning profile_id, destination_id, message_id, status, attempts, case when strpos(message_id, 'personas_') = 1 then payload end as payload`,
    ),
  )

const callsSent = (tx: Db, { spaceId, profileIds }: Leaving): Promise<readonly Call[]> =>
  run(
    tx,
    query(
      'event_delivery.sent_by_connections',
      sql<Call>`select profile_id, destination_id, message_id, status, attempts, case when status = 'sending' then payload end as payload
        from event_delivery where space_id = ${spaceId} and profile_id in (select r.id from unnest(${profileIds}::uuid[]) as r (id))
        and strpos(message_id, 'personas_') = 1`,
    ),
  )

type Removal = { readonly profileId: string; readonly connectionId: string; readonly ids: readonly ToldId[] }

const removalsOf = (
  connections: readonly Connected[],
  { spaceId, regulationId, profileIds, now }: Leaving,
  told: readonly Told[],
  calls: readonly Call[],
): readonly Removal[] =>
  connections.flatMap((connected): readonly Removal[] => {
    const mine = told.filter((row) => row.connection_id === connected.id)
    const of = [...new Set([...mine.map((row) => row.profile_id), ...calls.map((row) => row.profile_id)])].toSorted()
    return of.flatMap((profileId) => {
      const row = mine.find((each) => each.profile_id === profileId)
      const hers = calls.filter((call) => call.profile_id === profileId)
      // Who may be on a list is in its row: it is written before anybody is sent there, and goes when she was taken off.
      const ids = unique(connected.list ? (row?.ids ?? []) : heardOf(connected, profileIds, row, hers))
      const nobody = idFrom(spaceId, 'removal', connected.id, profileId, regulationId, now.toISOString())
      return ids.length === 0 ? [] : [{ profileId: nobody, connectionId: connected.id, ids }]
    })
  })

const keepRemovals = async (tx: Db, { spaceId, regulationId, now }: Leaving, removals: readonly Removal[]): Promise<void> => {
  const rows = removals.toSorted((a, b) => (a.profileId < b.profileId ? -1 : 1))
  await run(
    tx,
    query(
      'connection_removal.add',
      sql`insert into connection_removal (space_id, profile_id, connection_id, regulation_id, ids, due_at, created_at)
        select ${spaceId}, r.profile_id, r.connection_id, ${regulationId}, r.ids, ${now}::timestamptz, ${now}::timestamptz
        from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.connectionId)}::text[],
          ${rows.map((r) => JSON.stringify(r.ids))}::jsonb[]) as r (profile_id, connection_id, ids)
        order by r.profile_id`,
    ),
  )
  await run(
    tx,
    query(
      'regulation.await_removals',
      sql`update regulation set removals_waiting = removals_waiting + ${rows.length}::integer
        where space_id = ${spaceId} and id = ${regulationId}`,
    ),
  )
}

/**
 * Forgets what destinations were told of people who are erased, and keeps instead under which identifiers each is still to take them off, and nothing else
 * of them. In the transaction that forgets them, so that it is neither lost nor done for who stays; and again for what was told meanwhile. A destination
 * that never heard of somebody is not told that she is gone. Answers how many rows of hers went, by table.
 */
export const leaveDestinations = async (tx: Db, leaving: Leaving): Promise<Readonly<Record<string, number>>> => {
  const told = await forgetTold(tx, leaving)
  if (!leaving.tells) return { connection_told: told.length }
  // In this order: an exit that is queued at this moment is seen, or what it takes back is still there.
  const queued = await takeQueued(tx, leaving)
  const calls = [...queued, ...(await callsSent(tx, leaving))].filter(({ message_id }) => message_id.startsWith('personas_'))
  const connections = told.length + calls.length === 0 ? [] : await allConnections(tx, leaving.spaceId)
  const removals = removalsOf(connections, leaving, told, calls)
  if (removals.length > 0) await keepRemovals(tx, leaving, removals)
  crashPoint('sync.left')
  return { connection_told: told.length, event_delivery: queued.length }
}
