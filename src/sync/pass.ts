import { sql } from 'kysely'
import { isEvaluated } from '../audience/state.ts'
import { crashPoint } from '../base/crash-point.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { agree } from './agree.ts'
import { type Connected, connectionsTo, takeTurn } from './connected.ts'
import { TOGETHER, toolsOf } from './react.ts'

/** What bringing whole connections to agree needs from outside. */
export type PassContext = {
  readonly db: Db
  readonly now: () => Date
  /** There is something to deliver now. */
  readonly told: () => void
}

type Waiting = { readonly spaceId: string; readonly id: string; readonly computationId: string }

// This often all are looked through: who got another identifier meanwhile is told of under it.
const EVERY_MS = 86_400_000

const waiting = (db: Db, now: Date): Promise<readonly Waiting[]> =>
  run(
    db,
    query(
      'connection.waiting',
      sql<Waiting>`select c.space_id as "spaceId", c.id, c.computation_id as "computationId"
        from connection c
          join connection_state s on s.space_id = c.space_id and s.connection_id = c.id
          join destination d on d.space_id = c.space_id and d.id = c.destination_id
        where s.live <> (c.enabled and d.enabled) or (s.live and (s.passing or s.synced_at < ${new Date(now.getTime() - EVERY_MS)}::timestamptz))
        order by c.space_id, c.id limit 100`,
    ),
  )

const FIRST = '00000000-0000-0000-0000-000000000000'

// Those who are in, or have a value, and those who were told of: the next of either in the order of their ids.
const nextPeople = async (
  db: Db,
  { spaceId, id, kind, computationId, since, reached }: Connected,
): Promise<readonly string[]> => {
  const after = reached ?? FIRST
  const [table, column, at] =
    kind === 'audience'
      ? [sql.table('membership'), sql.ref('audience_id'), sql.ref('entered_at')]
      : [sql.table('computed_value'), sql.ref('computed_trait_id'), sql.ref('changed_at')]
  const are = await run(
    db,
    query(
      `connection.next_${kind}`,
      sql<{ id: string }>`select profile_id as id from ${table} where space_id = ${spaceId} and ${column} = ${computationId}
        and profile_id > ${after}::uuid and (${since}::timestamptz is null or ${at} > ${since}::timestamptz)
        order by profile_id limit ${TOGETHER}`,
    ),
  )
  const told = await run(
    db,
    query(
      'connection_told.next',
      sql<{ id: string }>`select profile_id as id from connection_told where space_id = ${spaceId} and connection_id = ${id}
        and profile_id > ${after}::uuid order by profile_id limit ${TOGETHER}`,
    ),
  )
  return [...new Set([...are, ...told].map((row) => row.id))].toSorted().slice(0, TOGETHER)
}

const keep = async (
  tx: Db,
  { spaceId, id }: Connected,
  next: {
    readonly live: boolean
    readonly passing: boolean
    readonly again: boolean
    readonly reached: string | null
    readonly at: Date | null
  },
): Promise<void> => {
  await run(
    tx,
    query(
      'connection_state.keep',
      sql`update connection_state set live = ${next.live}, passing = ${next.passing}, again = ${next.again}, reached = ${next.reached}::uuid,
          synced_at = coalesce(${next.at}::timestamptz, synced_at)
        where space_id = ${spaceId} and connection_id = ${id}`,
    ),
  )
}

const passOn = async (tx: Db, connected: Connected, destinations: readonly string[], now: Date): Promise<boolean> => {
  const { again } = connected
  const profileIds = await nextPeople(tx, connected)
  await agree(tx, connected, { profileIds, destinations, again, missed: true }, now)
  const more = profileIds.length === TOGETHER
  const reached = more ? (profileIds.at(-1) ?? null) : null
  await keep(tx, connected, { live: true, passing: more, again: more && again, reached, at: more ? null : now })
  crashPoint('sync.passed')
  return more
}

// What an evaluation finds that began before the connection was there is not told: it is waited for.
const mustWait = async (db: Db, { spaceId, active, live, reached, computationId: id, kind }: Connected): Promise<boolean> =>
  active && (!live || reached === null) && (await isEvaluated(db, { spaceId, computation: { id, kind } }))

const step = async ({ db, now, told }: PassContext, { spaceId, id, computationId }: Waiting): Promise<boolean> => {
  const find = async (from: Db) => {
    const connections = await connectionsTo(from, spaceId, [computationId])
    return { connected: connections.find((each) => each.id === id), destinations: toolsOf(connections, computationId) }
  }
  const { connected: seen } = await find(db)
  if (!seen || (await mustWait(db, seen))) return false
  const more = await transact(db, async (tx) => {
    const { connected, destinations } = (await takeTurn(tx, spaceId, id))
      ? await find(tx)
      : { connected: undefined, destinations: [] }
    if (!connected) return false
    if (connected.active) return passOn(tx, connected.live ? connected : { ...connected, reached: null }, destinations, now())
    await keep(tx, connected, { live: false, passing: false, again: connected.again, reached: null, at: null })
    return false
  })
  told()
  return more
}

/**
 * Brings the next part of each connection that has one to agree: of a new one, of one of which a side was switched off, of one that shall be told
 * again. Each part is one transaction; answers whether there is more to do at once.
 */
export const passNext = async (context: PassContext): Promise<boolean> => {
  let more = false
  for (const each of await waiting(context.db, context.now())) if (await step(context, each)) more = true
  return more
}
