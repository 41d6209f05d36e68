import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { ConnectionRow } from '../db/rows/connection.ts'

type Listening = Pick<ConnectionRow, 'space_id' | 'id' | 'kind' | 'computation_id'>

const tableOf = (kind: ConnectionRow['kind']) =>
  kind === 'audience' ? { name: 'audience_interest', of: 'audience_id' } : { name: 'computed_interest', of: 'computed_trait_id' }

/** From now on who enters, exits or has another value is told of to connections. Nothing is written where nobody listens. */
export const listen = async (tx: Db, { space_id, id, kind, computation_id }: Listening): Promise<void> => {
  const { name, of } = tableOf(kind)
  await run(
    tx,
    query(
      `${name}.listen`,
      sql`insert into ${sql.table(name)} (space_id, ${sql.ref(of)}, consumer) values (${space_id}, ${computation_id}, ${id}) on conflict do nothing`,
    ),
  )
}

/** From now on nothing is told to this connection. */
export const stopListening = async (tx: Db, { space_id, id, kind, computation_id }: Listening): Promise<void> => {
  const { name, of } = tableOf(kind)
  await run(
    tx,
    query(
      `${name}.stop`,
      sql`delete from ${sql.table(name)} where space_id = ${space_id} and ${sql.ref(of)} = ${computation_id} and consumer = ${id}`,
    ),
  )
}
