import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Opened } from '../bench.ts'

const MB = 1024 * 1024

const collect = (): void => {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

/** What this process holds when nothing is under way, in MB: of objects, and of the machine's memory. */
export const heldHere = (): { readonly heap: number; readonly rss: number } => {
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed / MB, rss: rss / MB }
}

/** The most memory that a connection of the pool holds in the database when nothing is under way, in MB: caches of plans and tables. */
export const heldByConnection = async ({ connection: { pool } }: Opened): Promise<number> => {
  // All of them at once, so that each is asked.
  const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()))
  const bytes: number[] = []
  for (const client of clients) {
    const { rows } = await client.query<{ bytes: string }>('select sum(total_bytes) as bytes from pg_backend_memory_contexts')
    bytes.push(Number(rows[0]?.bytes))
    client.release()
  }
  return Math.max(...bytes) / MB
}
