import { type RawBuilder, sql } from 'kysely'

/**
 * A column in whose statement's transaction the commit does not wait for the disk, where `isSo`. Only where nothing is lost when a crash of Postgres takes
 * the whole transaction back, because whatever led to it leads to it again: a commit of ours waits 1 to 2 ms, and one that waits makes what was
 * committed before it safe, too.
 */
export const unawaited = (isSo = true): RawBuilder<unknown> =>
  sql`set_config('synchronous_commit', case when ${isSo}::boolean then 'off' else current_setting('synchronous_commit') end, true)`
