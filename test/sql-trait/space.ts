import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import type { SqlTraitRunRow } from '../../src/db/rows/sql-trait.ts'
import { runNext, type SqlTraitContext } from '../../src/sql-trait/loop.ts'
import { runsOf } from '../../src/sql-trait/sql-trait.ts'
import type { TestDatabase } from '../support/database.ts'
import { type TestApi, testApi } from '../support/server.ts'
import type { CustomerDatabase } from './warehouse.ts'

export type Space = TestApi & {
  readonly clock: { at: Date }
  readonly warehouseId: string
  readonly context: SqlTraitContext
  /** Makes a SQL trait and answers its id. */
  readonly make: (query: string, more?: object) => Promise<string>
  /** Runs whatever is due, and answers the last run of one. */
  readonly runs: (id: string) => Promise<SqlTraitRunRow>
  /** Has one run now. */
  readonly again: (id: string, more?: object) => Promise<SqlTraitRunRow>
  readonly profiles: () => Promise<readonly { collection: string; identifiers: JsonObject; traits: JsonObject }[]>
  readonly calls: () => Promise<number>
}

/** A space whose warehouse is the customer's database; time stands still unless `clock.at` is moved. */
export const sqlTraitSpace = async (database: TestDatabase, customer: CustomerDatabase, spaceId: string): Promise<Space> => {
  const clock = { at: new Date('2026-06-01T10:30:00Z') }
  const api = await testApi(database, spaceId, () => clock.at)
  const { db } = database
  const at = `/spaces/${spaceId}`
  const warehouse = await api.call('POST', `${at}/warehouses`, { name: 'Ours', ...customer.login })
  const warehouseId: string = warehouse.body.data.warehouse.id
  const context: SqlTraitContext = {
    db,
    now: () => clock.at,
    random: (bytes) => randomBytes(bytes),
    newClaim: () => randomUUID(),
    reach: { secret: api.door.config.secret, hosts: undefined },
    told: () => {},
  }
  const runs: Space['runs'] = async (id) => {
    while (await runNext(context, new AbortController().signal));
    const [last] = await runsOf(db, spaceId, id, 1)
    return must(last, 'a run')
  }
  return {
    ...api,
    clock,
    warehouseId,
    context,
    runs,
    make: async (text, more = {}) => {
      const made = await api.call('POST', `${at}/sql-traits`, { name: 'From SQL', warehouseId, query: text, ...more })
      if (made.status !== 201) throw new Error(JSON.stringify(made.body))
      return made.body.data.sqlTrait.id
    },
    again: async (id, more = {}) => {
      clock.at = new Date(clock.at.getTime() + 60_000)
      await api.call('POST', `${at}/sql-traits/${id}/runs`, more)
      return runs(id)
    },
    profiles: () =>
      run(
        db,
        query(
          'test.*',
          sql<{
            collection: string
            identifiers: JsonObject
            traits: JsonObject
          }>`select collection, identifiers, traits from profile
            where space_id = ${spaceId} order by collection, identifiers::text collate "C"`,
        ),
      ),
    calls: async () => {
      const rows = await run(db, query('test.*', sql`select from event_seen where space_id = ${spaceId}`))
      return rows.length
    },
  }
}
