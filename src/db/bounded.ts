import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from './database.ts'
import { query, run, runOne, transact } from './query.ts'

/** Reading was ended before it was done. */
export class Ended extends Error {
  readonly why: 'too_long' | 'given_up'
  constructor(why: 'too_long' | 'given_up', options?: ErrorOptions) {
    super(why === 'too_long' ? 'it took too long' : 'nobody waits for it any more', options)
    this.why = why
  }
}

const CANCELLED = '57014'

/**
 * Reads of one snapshot, each statement for at most `timeoutMs`, that end at once when `signal` says that nobody waits for them any more. The
 * connection is held until a cancellation has come, so that it can hit nobody else's statement. @throws Ended.
 */
export const bounded = <T>(
  db: Db,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  read: (tx: Db) => Promise<T>,
): Promise<T> =>
  transact(
    db,
    async (tx) => {
      const row = await runOne(
        tx,
        query(
          'session.bound',
          sql<{ pid: number }>`select pg_backend_pid() as pid, set_config('statement_timeout', ${String(timeoutMs)}, true),
            set_config('transaction_read_only', 'on', true)`,
        ),
      )
      const { pid } = must(row, 'one row')
      let cancelling: Promise<unknown> = Promise.resolve()
      const cancel = (): void => {
        cancelling = run(db, query('session.cancel', sql`select pg_cancel_backend(${pid}::integer)`)).catch(() => {})
      }
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        if (signal?.aborted) throw new Ended('given_up')
        return await read(tx)
      } catch (error) {
        if ((error as { code?: string }).code !== CANCELLED) throw error
        throw new Ended(signal?.aborted ? 'given_up' : 'too_long', { cause: error })
      } finally {
        signal?.removeEventListener('abort', cancel)
        await cancelling
      }
    },
    'repeatable read',
  )
