import type pg from 'pg'

/** The process of a customer's database that answers us: its number, and since when it is that one, for numbers are given again. */
export type Backend = { readonly pid: number; readonly since: string }

// What not every database has or lets everybody do; a transaction goes on though it fails.
const attempt = async (client: pg.Client, text: string): Promise<readonly (readonly string[])[]> => {
  await client.query('savepoint attempt')
  try {
    return (await client.query<string[]>({ text, rowMode: 'array' })).rows
  } catch {
    await client.query('rollback to savepoint attempt')
    return []
  }
}

// Since version 14, and not everywhere: whoever answers a worker that was killed notices it.
const WATCH = `select pg_catalog.set_config(name, '10s', true) from pg_catalog.pg_settings where name = 'client_connection_check_interval'`
const WHO = 'select pid::text, backend_start::text from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid()'

/** In a transaction: has the database look whether we are still there, and says who answers; undefined where it does not tell. */
export const backendOf = async (client: pg.Client): Promise<Backend | undefined> => {
  await attempt(client, WATCH)
  const [[pid, since] = []] = await attempt(client, WHO)
  return pid === undefined || since === undefined ? undefined : { pid: Number(pid), since }
}

/**
 * Ends what goes on in a customer's database for us, by another connection of the same login: a statement at work does not notice that nobody
 * waits for it before it writes. Ended and not cancelled, which a function could catch.
 */
export const endBackend = async (client: pg.Client, { pid, since }: Backend): Promise<void> => {
  try {
    await client.connect()
    await client.query(
      `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where pid = $1::integer and backend_start = $2::timestamptz`,
      [pid, since],
    )
  } finally {
    await client.end().catch(() => {})
  }
}
