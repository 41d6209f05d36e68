import { sql } from 'kysely'
import type { Kind } from '../audience/store.ts'
import { Invalid, notFound, type Problem, Refused } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { ConnectionNames, ConnectionRow, ConnectionStateRow } from '../db/rows/connection.ts'
import { type Act, destinationOf, toolNamed } from '../destination/instances.ts'
import type { Collection } from '../profile/identifier.ts'
import { listen, stopListening } from './interest.ts'
import { forgetTold } from './told.ts'

/** The audience or computed trait that a connection is of. */
export type Of = { readonly kind: Kind; readonly id: string; readonly name: string; readonly collection: Collection }

export type Sending = {
  readonly enabled: boolean
  readonly sendTrack: boolean
  readonly sendIdentify: boolean
  readonly names: ConnectionNames
  /** What each item that is sent to a list says beside. */
  readonly extras: JsonObject
}
export type NewConnection = Sending & {
  readonly id: string
  readonly destinationId: string
  /** Whether who is in, or has a value, already is told of, too. */
  readonly existing: boolean
}
export type ConnectionChange = { readonly [Key in keyof Sending]?: Sending[Key] | undefined } & {
  /** Whether all is told anew. */
  readonly resync?: boolean | undefined
}

/** A connection as it is shown: with its destination, and how far it is. */
export type Connection = ConnectionRow &
  Pick<ConnectionStateRow, 'live' | 'passing' | 'since' | 'synced_at' | 'list_id' | 'last_error'> & {
    readonly destination_name: string
    readonly destination_enabled: boolean
    readonly tool: string
    readonly mappings_on: number
    readonly mappings_off: number
  }

/** The connections of an audience or computed trait, the oldest first. */
export const listConnections = (db: Db, spaceId: string, of: Pick<Of, 'id'>): Promise<readonly Connection[]> =>
  run(
    db,
    query(
      'connection.list',
      sql<Connection>`select c.*, s.live, s.passing, s.since, s.synced_at, s.list_id, s.last_error, d.name as destination_name, d.enabled as destination_enabled, d.tool,
          (select count(*) from mapping m where m.space_id = ${spaceId} and m.destination_id = c.destination_id and m.enabled) as mappings_on,
          (select count(*) from mapping m where m.space_id = ${spaceId} and m.destination_id = c.destination_id and not m.enabled) as mappings_off
        from connection c
          join connection_state s on s.space_id = ${spaceId} and s.connection_id = c.id
          join destination d on d.space_id = ${spaceId} and d.id = c.destination_id
        where c.space_id = ${spaceId} and c.computation_id = ${of.id} order by c.created_at, c.id`,
    ),
  )

/** One connection, by its id or that of its destination. @throws Refused 404. */
export const connectionOf = async (db: Db, spaceId: string, of: Pick<Of, 'id'>, id: string): Promise<Connection> => {
  const found = (await listConnections(db, spaceId, of)).find((each) => each.id === id || each.destination_id === id)
  if (!found) throw notFound('destination connection', id)
  return found
}

const refuseSilent = ({ sendTrack, sendIdentify }: Pick<Sending, 'sendTrack' | 'sendIdentify'>): void => {
  if (sendTrack || sendIdentify) return
  throw new Invalid('nothing_sent', [
    {
      field: 'connectionSettings.sendTrack',
      message: 'is off, and so is sendIdentify: nothing would be sent',
      remedy: 'switch one of them on, or pause the connection with "enabled": false',
    },
  ])
}

const refuseReserved = (tool: string, extras: JsonObject): void => {
  const { list, name } = toolNamed(tool)
  const problems = Object.keys(extras).flatMap((key): readonly Problem[] => {
    const field = `connectionSettings.extras.${key}`
    if (!list) return [{ field, message: `means nothing to ${name}, which keeps no lists`, remedy: 'leave extras out' }]
    return list.reserved.includes(key) ? [{ field, message: 'is said by Usher itself', remedy: 'choose another name' }] : []
  })
  if (problems.length > 0) throw new Invalid('extras', problems)
}

const refuseUnfit = ({ kind, name, collection }: Of, tool: string): void => {
  const { kind: toolKind, name: toolName } = toolNamed(tool)
  // CTR-17: a list holds who is in it, and a value is nobody's being in.
  if (kind === 'computed_trait' && toolKind === 'list')
    throw new Refused(
      'trait_to_list',
      `"${name}" is a computed trait, and ${toolName} keeps lists of people: it takes audiences only. Connect an audience that asks for the trait, or another destination.`,
      { status: 422 },
    )
  if (collection === 'accounts')
    throw new Refused(
      'accounts_not_sent',
      `"${name}" is about accounts, which destinations are not told of yet: connect one that is about users.`,
      {
        status: 422,
      },
    )
}

/**
 * Attaches an audience or a computed trait to a destination. @throws Refused 404 for an unknown destination, 409 where they are connected already,
 * 422 for a destination that cannot take it; Invalid where nothing would be sent.
 */
export const createConnection = (db: Db, { spaceId, by, now }: Act, of: Of, made: NewConnection): Promise<Connection> => {
  const { id, destinationId, enabled, sendTrack, sendIdentify, names, extras, existing } = made
  refuseSilent(made)
  return transact(db, async (tx) => {
    const { tool, name } = await destinationOf(tx, spaceId, destinationId)
    refuseUnfit(of, tool)
    refuseReserved(tool, extras)
    const rows = await run(
      tx,
      query(
        'connection.create',
        sql<{
          id: string
        }>`insert into connection (space_id, id, kind, computation_id, destination_id, enabled, send_track, send_identify, names, extras,
            created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${id}, ${of.kind}, ${of.id}, ${destinationId}, ${enabled}, ${sendTrack}, ${sendIdentify},
            ${JSON.stringify(names)}::jsonb, ${JSON.stringify(extras)}::jsonb, ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)
          on conflict (space_id, computation_id, destination_id) do nothing returning id`,
      ),
    )
    if (rows.length === 0)
      throw new Refused(
        'connected',
        `"${of.name}" is connected to "${name}" already: change that connection, or remove it first.`,
      )
    await run(
      tx,
      query(
        'connection_state.create',
        sql`insert into connection_state (space_id, connection_id, since) values (${spaceId}, ${id}, ${existing ? null : now}::timestamptz)`,
      ),
    )
    if (enabled) await listen(tx, { space_id: spaceId, id, kind: of.kind, computation_id: of.id })
    return connectionOf(tx, spaceId, of, id)
  })
}

const askAgain = async (tx: Db, spaceId: string, { id, passing }: Connection): Promise<void> => {
  if (passing) throw new Refused('syncing', 'The connection is being brought to agree: ask again when that is done.')
  await run(
    tx,
    query(
      'connection_state.ask_again',
      sql`update connection_state set passing = true, again = true, resync = resync + 1, reached = null
        where space_id = ${spaceId} and connection_id = ${id}`,
    ),
  )
}

/**
 * Changes what is given. Switched off it keeps what it is; switched on again it tells what changed meanwhile. @throws Refused 404, 409 for telling
 * anew while that is under way, Invalid where nothing would be sent.
 */
export const changeConnection = (
  db: Db,
  { spaceId, by, now }: Act,
  of: Of,
  given: string,
  change: ConnectionChange,
): Promise<Connection> =>
  transact(db, async (tx) => {
    const old = await connectionOf(tx, spaceId, of, given)
    const { enabled = old.enabled, sendTrack = old.send_track, sendIdentify = old.send_identify } = change
    const names = { ...old.names, ...change.names }
    const { extras = old.extras } = change
    refuseReserved(old.tool, extras)
    refuseSilent({ sendTrack, sendIdentify })
    await run(
      tx,
      query(
        'connection.change',
        sql`update connection set enabled = ${enabled}, send_track = ${sendTrack}, send_identify = ${sendIdentify},
            names = ${JSON.stringify(names)}::jsonb, extras = ${JSON.stringify(extras)}::jsonb, updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${old.id}`,
      ),
    )
    await (enabled ? listen(tx, old) : stopListening(tx, old))
    if (change.resync) await askAgain(tx, spaceId, old)
    return connectionOf(tx, spaceId, of, old.id)
  })

const removeThese = async (tx: Db, spaceId: string, connections: readonly ConnectionRow[]): Promise<void> => {
  for (const connection of connections) {
    await stopListening(tx, connection)
    await run(tx, query('connection.delete', sql`delete from connection where space_id = ${spaceId} and id = ${connection.id}`))
    await run(
      tx,
      query(
        'connection_state.delete',
        sql`delete from connection_state where space_id = ${spaceId} and connection_id = ${connection.id}`,
      ),
    )
    await forgetTold(tx, spaceId, connection.id)
  }
}

/** Removes a connection; what the destination was told stays there, and what is on its way arrives. @throws Refused 404. */
export const deleteConnection = (db: Db, spaceId: string, of: Of, given: string): Promise<void> =>
  transact(db, async (tx) => removeThese(tx, spaceId, [await connectionOf(tx, spaceId, of, given)]))

const attached = (tx: Db, spaceId: string, computation: string | null, destination: string | null) =>
  run(
    tx,
    query(
      'connection.attached',
      sql<ConnectionRow>`select * from connection where space_id = ${spaceId}
        and (computation_id = ${computation}::text or destination_id = ${destination}::text) order by id`,
    ),
  )

/** The connections of an audience or computed trait go with it. */
export const removeConnectionsOf = async (tx: Db, spaceId: string, computation: string): Promise<void> =>
  removeThese(tx, spaceId, await attached(tx, spaceId, computation, null))

/** The connections to a destination go with it. */
export const removeConnectionsTo = async (tx: Db, spaceId: string, destination: string): Promise<void> =>
  removeThese(tx, spaceId, await attached(tx, spaceId, null, destination))
