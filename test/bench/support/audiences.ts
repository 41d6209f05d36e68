import type { Condition } from '../../../src/audience/condition.ts'
import { create } from '../../../src/audience/save.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Connection } from '../../../src/db/connect.ts'
import type { Opened } from '../bench.ts'
import type { Population } from './population.ts'

/** Makes an audience, as the API does; its id is its key with `aud_` in front. It is due to be computed in full. */
export const addAudience = async (
  { db }: Connection,
  spaceId: string,
  key: string,
  condition: Condition,
  now: Date,
): Promise<string> => {
  // At its root only an audience of accounts asks for any or all of the people.
  const collection = condition.type === 'any' || condition.type === 'all' ? ('accounts' as const) : ('users' as const)
  const saved = {
    collection,
    name: key,
    key,
    description: '',
    enabled: true,
    definition: condition as unknown as JsonObject,
    options: {},
  }
  return (await create(db, 'audience', { spaceId, by: 'bench', now }, `aud_${key}`, saved)).id
}

const TABLES = [
  'space_key',
  'computation_version',
  'computation_run',
  'computation_found',
  'audience',
  'audience_state',
  'audience_evaluation',
  'membership',
  'membership_change',
  'computed_trait',
  'computed_trait_state',
  'computed_value',
  'computation_due',
  'due_profile',
  'computation_wake',
  'outbox',
  'profile_change',
  'evaluation_clock',
] as const

/** Brings a population back to what it was filled with: no audiences, nothing that happened after its `now`, nothing that is yet to be told. */
export const reset = async ({ connection: { pool }, spaceId, now }: Opened & Population): Promise<void> => {
  for (const table of TABLES) await pool.query(`delete from ${table} where space_id = $1`, [spaceId])
  await pool.query('delete from event where space_id = $1 and timestamp >= $2', [spaceId, now])
  await pool.query('delete from event_seen where space_id = $1', [spaceId])
  await pool.query(`vacuum analyze ${TABLES.join(', ')}, event_seen`)
}
