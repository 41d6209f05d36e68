import { sql } from 'kysely'
import { externalIdsOf, type Options } from '../audience/options.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { ConnectionRow, ConnectionStateRow } from '../db/rows/connection.ts'
import { toolOf } from '../destination/destinations/index.ts'

/** A connection as it is used: with how far it is, what it is of, and the tool at its other end. */
export type Connected = Pick<
  ConnectionRow,
  'id' | 'kind' | 'destination_id' | 'send_track' | 'send_identify' | 'names' | 'extras'
> &
  Pick<ConnectionStateRow, 'live' | 'since' | 'passing' | 'again' | 'resync' | 'reached'> & {
    readonly spaceId: string
    readonly computationId: string
    readonly key: string
    readonly name: string
    /** Whether the tool keeps lists. */
    readonly list: boolean
    /** Whether both sides are switched on. */
    readonly active: boolean
    /** The slug and the name of the tool. */
    readonly tool: string
    readonly toolName: string
    /** Whether those are told of, too, who have only an anonymous id. */
    readonly anonymous: boolean
  }

type Row = Omit<Connected, 'toolName' | 'anonymous' | 'list'> & { readonly options: Options }

const columns = (
  spaceId: string,
) => sql`select ${spaceId} as "spaceId", c.id, c.kind, c.destination_id, c.send_track, c.send_identify, c.names, c.extras,
    c.computation_id as "computationId", coalesce(a.key, t.key) as key, coalesce(a.name, t.name) as name, coalesce(a.options, t.options) as options, d.tool,
    c.enabled and d.enabled as active, s.live, s.since, s.passing, s.again, s.resync, s.reached
  from connection c
    join connection_state s on s.space_id = ${spaceId} and s.connection_id = c.id
    join destination d on d.space_id = ${spaceId} and d.id = c.destination_id
    left join audience a on a.space_id = ${spaceId} and a.id = c.computation_id and c.kind = 'audience'
    left join computed_trait t on t.space_id = ${spaceId} and t.id = c.computation_id and c.kind = 'computed_trait'
  where c.space_id = ${spaceId} and coalesce(a.key, t.key) is not null`

const connectedFrom = ({ options, ...row }: Row): Connected => ({
  ...row,
  list: toolOf(row.tool)?.kind === 'list',
  toolName: toolOf(row.tool)?.name ?? row.tool,
  anonymous: externalIdsOf(options).includes('anonymous_id'),
})

/** The connections of these audiences and computed traits, in the order of their ids. */
export const connectionsTo = async (
  db: Db,
  spaceId: string,
  computationIds: readonly string[],
): Promise<readonly Connected[]> => {
  const ids = computationIds.toSorted()
  const rows = await run(
    db,
    query(
      'connection.of_computations',
      sql<Row>`${columns(spaceId)} and c.computation_id in (select r.id from unnest(${ids}::text[]) as r (id)) order by c.id`,
    ),
  )
  return rows.map(connectedFrom)
}

/** All connections of a space, in the order of their ids. */
export const allConnections = async (db: Db, spaceId: string): Promise<readonly Connected[]> => {
  const rows = await run(db, query('connection.all', sql<Row>`${columns(spaceId)} order by c.id`))
  return rows.map(connectedFrom)
}

/** Takes the turn of a connection until the transaction ends: who is told of by it is decided by one at a time. False where it is gone. */
export const takeTurn = async (tx: Db, spaceId: string, id: string): Promise<boolean> => {
  const rows = await run(
    tx,
    query(
      'connection_state.turn',
      sql<{ id: string }>`select connection_id as id from connection_state
        where space_id = ${spaceId} and connection_id = ${id} for update`,
    ),
  )
  return rows.length > 0
}
