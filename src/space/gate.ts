import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** In place of a source's id: the rules of the whole space. */
export const ALL_SOURCES = '*'

/**
 * Says that the rules at a source's door changed; part of the transaction that changes them. What is received after it commits is asked by the
 * new ones, in every process: the number is read with each batch.
 */
export const changeGate = async (tx: Db, spaceId: string, sourceId: string): Promise<void> => {
  await run(
    tx,
    query(
      'source_gate.change',
      sql`insert into source_gate (space_id, source_id, revision) values (${spaceId}, ${sourceId}, 1)
        on conflict (space_id, source_id) do update set revision = source_gate.revision + 1`,
    ),
  )
}
