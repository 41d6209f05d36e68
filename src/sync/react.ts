import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { query, run, transact } from '../db/query.ts'
import { agree } from './agree.ts'
import { type Connected, connectionsTo, takeTurn } from './connected.ts'

/** So many people of one connection are told of in one transaction. */
export const TOGETHER = 500

/** The tools that are told of a computation now, by name. */
export const toolsOf = (connections: readonly Connected[], computationId: string): readonly string[] => {
  const active = connections.filter((each) => each.computationId === computationId && each.active)
  return [...new Set(active.map(({ toolName }) => toolName))].toSorted()
}

// What happens while a side is switched off is looked for when it is on again, though nobody saw that it was off.
const setBehind = async (db: Db, spaceId: string, id: string): Promise<void> => {
  await run(
    db,
    query(
      'connection_state.set_behind',
      sql`update connection_state set live = false where space_id = ${spaceId} and connection_id = ${id} and live`,
    ),
  )
}

const tellPart = async (
  db: Db,
  connected: Connected,
  profileIds: readonly string[],
  destinations: readonly string[],
  now: Date,
) =>
  transact(db, async (tx) => {
    if (!(await takeTurn(tx, connected.spaceId, connected.id))) return 0
    return agree(tx, connected, { profileIds, destinations }, now)
  })

const computationOf = ({ payload }: OutboxItem): string => String(payload['audience_id'] ?? payload['computed_trait_id'])

/**
 * Reaction to `entered`, `exited` and `computed`: tells the destinations that are connected. Which of the three it was says only of whom there may be
 * something to tell: what is told is what is so now, so the order in which it is heard does not matter, nor how often. Answers whether something is to be delivered.
 */
export const tellConnected = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<boolean> => {
  let told = 0
  const byComputation = Map.groupBy(items, computationOf)
  const connections = await connectionsTo(db, spaceId, [...byComputation.keys()])
  for (const connected of connections) {
    const changed = byComputation.get(connected.computationId) ?? []
    const ids = [...new Set(changed.map((item) => item.profile_id))].toSorted()
    if (!connected.active) await setBehind(db, spaceId, connected.id)
    else
      for (let at = 0; at < ids.length; at += TOGETHER)
        told += await tellPart(db, connected, ids.slice(at, at + TOGETHER), toolsOf(connections, connected.computationId), now)
  }
  return told > 0
}
