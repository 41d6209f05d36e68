import { sql } from 'kysely'
import { must } from '../../base/must.ts'
import type { Db } from '../../db/database.ts'
import { query, runOne } from '../../db/query.ts'
import { whomOf } from '../insight.ts'
import type { Sql } from '../operator.ts'
import type { PersonColumns } from '../person.ts'
import { countAndShow, type PreviewAsked } from '../preview.ts'

/** About how many: 19 times in 20 the exact number lies between `low` and `high`. */
export type Estimate = {
  readonly count: number
  readonly low: number
  readonly high: number
  /** One profile in so many was asked. */
  readonly oneIn: number
  readonly asked: number
  readonly found: number
}

const Z = 1.96

/**
 * What `found` matches in a sample of one in `oneIn` say about all: each match is in the sample by a draw of its own, so `found` is binomial of the
 * number that is looked for; the bounds are those numbers of which it would not be a surprise (the score interval). Of none found, the upper
 * bound is some four times `oneIn`.
 */
export const boundsOf = (
  found: number,
  oneIn: number,
): { readonly count: number; readonly low: number; readonly high: number } => {
  const share = 1 / oneIn
  const middle = 2 * share * found + Z * Z * share * (1 - share)
  const root = Math.sqrt(middle * middle - 4 * share * share * found * found)
  return {
    count: found * oneIn,
    low: Math.max(found, Math.floor((middle - root) / (2 * share * share))),
    high: Math.ceil((middle + root) / (2 * share * share)),
  }
}

// Ids begin with the time at which they were made, so a range of them is no fair sample; their hash is. The same people each time.
const sampleOf = (spaceId: string, oneIn: number): Sql<{ profile_id: string }> =>
  sql`select q.id as profile_id from profile q where q.space_id = ${spaceId} and (uuid_hash_extended(q.id, 0) & ${oneIn - 1}::bigint) = 0`

const sizeOf = async (db: Db, spaceId: string, oneIn: number): Promise<number> => {
  const sample = sampleOf(spaceId, oneIn)
  const row = await runOne(db, query('profile.sample_size', sql<{ size: number }>`select count(*) as size from (${sample}) as s`))
  return must(row, 'one row').size
}

const RARE = 64
const OFTEN = 16
// Up to so many in the rare sample, the frequent one is no more work than the rare one is in a space of a million.
const FEW = 4_000
/** Below so many people counting all of them is as fast as asking some. */
export const LEAST_PEOPLE = 20_000

/**
 * About how many match, asked of some of the people by the same query that counts all (1 M profiles: 1 in 64), with the first of those. Undefined
 * in a space of fewer than `least` people. @throws Invalid for what cannot be compiled.
 */
export const estimate = async (
  db: Db,
  spaceId: string,
  asked: PreviewAsked,
  now: Date,
  least = LEAST_PEOPLE,
): Promise<{ readonly estimate: Estimate; readonly people: readonly PersonColumns[] } | undefined> => {
  const size = await sizeOf(db, spaceId, RARE)
  if (size * RARE < least) return undefined
  const oneIn = size < FEW ? OFTEN : RARE
  const whom = await whomOf(db, spaceId, asked, now, sampleOf(spaceId, oneIn))
  const { count: found, people } = await countAndShow(db, spaceId, whom, asked.count)
  const sampled = oneIn === RARE ? size : await sizeOf(db, spaceId, oneIn)
  return { estimate: { ...boundsOf(found, oneIn), oneIn, asked: sampled, found }, people }
}
