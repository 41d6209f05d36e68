import { isIP } from 'node:net'
import pg from 'pg'
import { Invalid, Refused, Unavailable } from '../base/errors.ts'
import { type Backend, backendOf, endBackend } from './backend.ts'
import { addressOf } from './host.ts'

/** How to get into a customer's database. */
export type Login = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string
  readonly ssl: 'disable' | 'require' | 'verify-full'
}
/** A column of an answer: `category` and `type` are Postgres' own (`pg_type`). */
export type Column = { readonly name: string; readonly type: string; readonly category: string }
export type Values = readonly (string | null)[]
export type Answer = { readonly columns: readonly Column[]; readonly rows: readonly Values[] }

/** One read-only transaction in a customer's database. */
export type Reader = {
  /** The answer of one statement of ours around the customer's query. */
  readonly ask: (query: string, around: (query: string) => string) => Promise<Answer>
  /** The answer of the query, some rows at a time: never all of it is in memory. */
  readonly read: (query: string, atOnce: number) => AsyncGenerator<Answer>
}
export type ReaderOptions = {
  readonly statementSeconds: number
  /** How long all of it may take: then the connection is cut, for a query can take the server's own timeout away. */
  readonly readSeconds: number
  readonly hosts: readonly string[] | undefined
  readonly signal?: AbortSignal
}

type Fields = readonly { readonly name: string; readonly dataTypeID: number }[]
type Extended = pg.QueryArrayConfig & { readonly queryMode: 'extended' }
const AS_TEXT = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig

// The extended protocol takes one statement and no more: what comes after a semicolon is refused by the server.
const raw = async (client: pg.Client, text: string): Promise<{ readonly fields: Fields; readonly rows: readonly Values[] }> => {
  const statement: Extended = { text, rowMode: 'array', queryMode: 'extended', types: AS_TEXT }
  const { fields, rows } = await client.query(statement)
  return { fields, rows: rows as Values[] }
}

const CODES: Readonly<Record<string, readonly [id: string, message: string]>> = {
  '25006': ['query_writes', 'The query writes, and SQL traits only read.'],
  '57014': ['query_timeout', 'The query takes too long; it was stopped.'],
  '42501': ['query_forbidden', 'The login may not read what the query asks for.'],
}
// A protocol that is broken (08P01) is broken by the query: one that asks for parameters.
const AWAY = /^(08(?!P01)...|57P0[1-5]|53300|ECONN[A-Z]+|EPIPE|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND)$/
const LOGIN = /^(28...|3D000)$/

type Failed = { readonly code?: string; readonly message: string; readonly position?: string }

const placeOf = ({ position }: Failed, before: number): string => {
  const place = Number(position) - before
  return place > 0 ? ` (at character ${place} of the query)` : ''
}

/** What a customer's database said, as an error of ours. Its words may hold what it read. */
const failure = (error: unknown, before = 0): Error => {
  if (error instanceof Refused || error instanceof Invalid || error instanceof Unavailable) return error
  const failed = error as Failed
  const known = CODES[failed.code ?? '']
  const said = failed.message
  if (LOGIN.test(failed.code ?? '') || /password|SASL|authentication/i.test(said))
    return new Refused('warehouse_login', `The database does not let this login in: ${said}`, { status: 422, cause: error })
  if (!failed.code || AWAY.test(failed.code))
    return new Unavailable('warehouse_away', `The database does not answer: ${said}`, { cause: error })
  const [id, message] = known ?? ['query_failed', 'The database refuses the query.']
  return new Invalid(id, [{ field: 'query', message: `${message} It says: ${said}${placeOf(failed, before)}` }])
}

const trimmed = (query: string): string => query.trim().replace(/(\s*;)+\s*$/, '')

/** The customer's query as a table. On lines of its own, so that a comment at its end ends with it. */
export const asTable = (query: string): string => `(\n${query}\n) as answer`

const columnsOf = async (client: pg.Client, fields: Fields): Promise<readonly Column[]> => {
  const oids = [...new Set(fields.map((field) => field.dataTypeID))]
  const { rows } = await raw(
    client,
    `select oid, typname, typcategory from pg_catalog.pg_type where oid in (${oids.map(Number).join(', ') || '0'})`,
  )
  const types = new Map(rows.map(([oid, name, category]) => [Number(oid), { type: name ?? '', category: category ?? '' }]))
  return fields.map(({ name, dataTypeID }) => ({ name, ...(types.get(dataTypeID) ?? { type: 'unknown', category: 'X' }) }))
}

// Where it can be told. A read-only transaction stops writes anyway; a login that cannot write stops them though somebody finds a way around it.
const MAY_WRITE = `select r.rolsuper or r.rolcreaterole or r.rolreplication,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
  (select n.nspname || '.' || c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') order by 1 limit 1),
  exists (select from pg_catalog.pg_class where relname = 'sql_trait_state') and exists (select from pg_catalog.pg_class where relname = 'kysely_migration')
from pg_catalog.pg_roles r where r.rolname = current_user`

const checkLogin = async (client: pg.Client, username: string): Promise<void> => {
  const [row] = (await raw(client, MAY_WRITE)).rows
  const [powerful, creates, writes, ours] = row ?? []
  if (ours === 't')
    throw new Refused('warehouse_is_usher', 'This is a database of Usher itself; SQL traits read the databases of others.', {
      status: 422,
    })
  if (powerful !== 't' && creates !== 't' && !writes) return
  const what = powerful === 't' ? 'do anything' : creates === 't' ? 'create schemas' : `write to ${writes}`
  throw new Refused('warehouse_may_write', `${username} may ${what} there. Choose a login that may only read.`, { status: 422 })
}

const SETTINGS = `select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true), set_config('IntervalStyle', 'postgres', true),
  set_config('extra_float_digits', '1', true), set_config('lock_timeout', '10s', true), set_config('statement_timeout', `

const clientOf = async (login: Login, hosts: readonly string[] | undefined): Promise<pg.Client> => {
  const { host, port, database, username, password, ssl } = login
  const named = isIP(host) === 0 ? { servername: host } : {}
  return new pg.Client({
    host: await addressOf(host, hosts),
    port,
    database,
    user: username,
    password,
    ssl: ssl === 'disable' ? false : { rejectUnauthorized: ssl === 'verify-full', ...named },
    connectionTimeoutMillis: 10_000,
    application_name: 'usher sql traits',
  })
}

const begin = async (
  client: pg.Client,
  { username }: Login,
  { statementSeconds }: ReaderOptions,
): Promise<Backend | undefined> => {
  await client.connect()
  await raw(client, 'begin transaction read only')
  await raw(client, `${SETTINGS}'${statementSeconds}s', true)`)
  const backend = await backendOf(client)
  await checkLogin(client, username)
  return backend
}

const readerOf = (client: pg.Client): Reader => ({
  ask: async (query, around) => {
    const text = around(trimmed(query))
    try {
      const { fields, rows } = await raw(client, text)
      return { columns: await columnsOf(client, fields), rows }
    } catch (error) {
      throw failure(error, text.indexOf(trimmed(query)))
    }
  },
  read: async function* (query, atOnce) {
    const text = `declare answered no scroll cursor for select * from ${asTable(trimmed(query))}`
    const before = text.indexOf(trimmed(query))
    const step = async (statement: string): Promise<Awaited<ReturnType<typeof raw>>> =>
      raw(client, statement).catch((error: unknown) => {
        throw failure(error, before)
      })
    await step(text)
    let columns: readonly Column[] | undefined
    for (;;) {
      const { fields, rows } = await step(`fetch ${atOnce} from answered`)
      columns ??= await columnsOf(client, fields)
      yield { columns, rows }
      if (rows.length < atOnce) return
    }
  },
})

const tooLong = (readSeconds: number): Invalid =>
  new Invalid('query_timeout', [{ field: 'query', message: `reading the answer took longer than ${readSeconds} s` }])

/**
 * Opens a read-only transaction with a statement timeout in a customer's database, and closes it whatever happens; `signal` cuts it off, and so
 * does the end of `readSeconds`: then what is at work there is ended, too.
 * @throws Refused for a host, a login or a database that is refused; Invalid for the query; Unavailable where nobody answers.
 */
export const withReader = async <T>(login: Login, options: ReaderOptions, work: (reader: Reader) => Promise<T>): Promise<T> => {
  const { hosts, readSeconds, signal } = options
  const client = await clientOf(login, hosts)
  client.on('error', () => {})
  let isLate = false
  let backend: Backend | undefined
  let ended: Promise<unknown> = Promise.resolve()
  const cut = (): void => {
    const answering = backend
    if (answering)
      ended = clientOf(login, hosts)
        .then((other) => endBackend(other, answering))
        .catch(() => {})
    void client.end().catch(() => {})
  }
  const clock = setTimeout(() => {
    isLate = true
    cut()
  }, readSeconds * 1_000)
  signal?.addEventListener('abort', cut, { once: true })
  try {
    signal?.throwIfAborted()
    backend = await begin(client, login, options).catch((error: unknown) => {
      throw failure(error)
    })
    return await work(readerOf(client))
  } catch (error) {
    throw isLate ? tooLong(readSeconds) : error
  } finally {
    clearTimeout(clock)
    signal?.removeEventListener('abort', cut)
    await client.end().catch(() => {})
    await ended
  }
}
