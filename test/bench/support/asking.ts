import { must } from '../../../src/base/must.ts'
import type { Opened } from '../bench.ts'
import type { ByHand } from './by-hand.ts'

/** How many, and a number that differs when they are others. */
export type Found = { readonly n: number; readonly mark: number }

export const same = (a: Found, b: Found): boolean => a.n === b.n && a.mark === b.mark

/** Whether Postgres may set several processes to one query. An evaluation writes what it finds, and Postgres writes with one process. */
export type Processes = 'one process' | 'parallel'

export type Statement = Omit<ByHand, 'name'>

export const inOneOrMany = async <Row extends object>(
  { connection }: Opened,
  processes: Processes,
  { text, parameters }: Statement,
): Promise<Row> => {
  const client = await connection.pool.connect()
  try {
    if (processes === 'one process') await client.query('set max_parallel_workers_per_gather = 0')
    return must((await client.query<Row>(text, [...parameters])).rows[0], 'one row')
  } finally {
    await client.query('reset max_parallel_workers_per_gather')
    client.release()
  }
}

const counting = (ids: string): string =>
  `select count(*) as n, bit_xor(uuid_hash_extended(found.profile_id, 0)) as mark from (${ids}) as found`

/** Whom a query of ids finds. */
export const ask = (place: Opened, processes: Processes, { text, parameters }: Statement): Promise<Found> =>
  inOneOrMany(place, processes, { text: counting(text), parameters })
