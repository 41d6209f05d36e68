import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { Unavailable } from '../base/errors.ts'
import { freePort } from './port.ts'
import { postgresPrograms, postgresUser, type User } from './postgres-user.ts'
import { endChild, endLeftover, endWithUs } from './process.ts'

export type EmbeddedPostgresServer = {
  readonly url: (database: string) => string
  readonly port: number
  readonly stop: () => Promise<void>
  /** Ends it at once; the next start repairs what was under way, as after a crash. */
  readonly kill: () => void
}

export type PostgresOptions = {
  readonly port?: number
  /** For tests: deleted when stopped, ends with us, and does not wait for the disk. */
  readonly temporary?: boolean
  readonly flags?: readonly string[]
}

const SETTINGS = [
  'max_connections=300',
  'shared_buffers=256MB',
  'max_locks_per_transaction=256',
  'timezone=UTC',
  'unix_socket_directories=',
  // A table that was empty a moment ago gets plans for an empty table until somebody looks: every 5 s instead of every minute.
  'autovacuum_naptime=5s',
]
// A process that is killed loses nothing by this; a machine that loses power does. For tests only.
const CARELESS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

const makeCluster = (programs: string, data: string, user: User | undefined, temporary: boolean): void => {
  const secret = mkdtempSync(join(tmpdir(), 'usher-initdb-'))
  const password = join(secret, 'password')
  writeFileSync(password, 'usher\n', { mode: 0o600 })
  mkdirSync(data, { recursive: true, mode: 0o700 })
  if (user) for (const path of [secret, password, data]) chownSync(path, user.uid, user.gid)
  const flags = ['--auth=scram-sha-256', '--username=usher', `--pwfile=${password}`, '--encoding=UTF8', '--locale=C.UTF-8']
  try {
    execFileSync(join(programs, 'initdb'), [`--pgdata=${data}`, ...flags, ...(temporary ? ['--no-sync'] : [])], {
      ...user,
      cwd: data,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  } finally {
    rmSync(secret, { recursive: true, force: true })
  }
}

/** A start that was killed leaves its server running, and a note of it that would block the next one. */
export const endPreviousPostgres = async (folder: string): Promise<void> => {
  const data = join(folder, 'postgres')
  const note = join(data, 'postmaster.pid')
  if (!existsSync(note)) return
  await endLeftover(Number(readFileSync(note, 'utf8').split('\n')[0]), data, 'SIGINT')
  rmSync(note, { force: true })
}

const ready = (child: ChildProcess, log: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    child.stderr?.on('data', (data) => {
      log.push(String(data))
      if (log.length > 50) log.shift()
      if (String(data).includes('ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(log.slice(-8).join(''))))
  })

const launch = (programs: string, data: string, port: number, user: User | undefined, options: PostgresOptions): ChildProcess => {
  const settings = [...SETTINGS, ...(options.temporary ? CARELESS : []), ...(options.flags ?? [])]
  // A group of its own: Ctrl-C reaches every process of a terminal's group, and Postgres must outlive those that use it.
  const child = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: data, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  if (options.temporary) endWithUs(child, 'SIGQUIT')
  return child
}

/**
 * Starts Postgres 18 in `folder` (made on the first start, kept afterwards unless `temporary`). Works as root: the server then runs as
 * the user `postgres`, so `folder` must lie where that user may enter. @throws Unavailable with what to do when it does not start.
 */
export const startPostgres = async (folder: string, options: PostgresOptions = {}): Promise<EmbeddedPostgresServer> => {
  const log: string[] = []
  const data = join(folder, 'postgres')
  mkdirSync(folder, { recursive: true })
  try {
    const user = postgresUser()
    const programs = postgresPrograms(user, folder)
    if (!existsSync(join(data, 'PG_VERSION'))) makeCluster(programs, data, user, options.temporary ?? false)
    await endPreviousPostgres(folder)
    const port = await freePort(options.port ?? 0)
    const child = launch(programs, data, port, user, options)
    await ready(child, log)
    return {
      port,
      url: (database) => `postgresql://usher:usher@127.0.0.1:${port}/${database}`,
      kill: () => void child.kill('SIGQUIT'),
      stop: async () => {
        await endChild(child, 'SIGINT', 4_000)
        if (options.temporary) await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new Unavailable('postgres', `Postgres does not start in ${folder}: ${said.trim()}`, { cause: error })
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

/** Makes a database unless it is there. */
export const ensureDatabase = async (server: EmbeddedPostgresServer, name: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rows.length === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}
