import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { administrate } from '../../src/dev/postgres.ts'
import type { Login } from '../../src/sql-trait/reader.ts'
import { atEnd } from '../support/ending.ts'

export type CustomerDatabase = {
  /** What the customer gives us: a login that may only read. */
  readonly login: Login
  /** What the customer keeps: the owner's login. */
  readonly owner: Login
  /** The customer works in it. */
  readonly run: (statement: string) => Promise<void>
  readonly rows: (statement: string) => Promise<readonly object[]>
}

/** A second Postgres database, the customer's, with a login that may only read what it is granted; dropped when the file is done. */
export const customerDatabase = async (): Promise<CustomerDatabase> => {
  const admin = inject('postgres')
  const name = `warehouse_${randomBytes(6).toString('hex')}`
  await administrate(admin, `create database ${name}`)
  await administrate(admin, `create role ${name} login password 'only reads'`)
  const client = new pg.Client({ connectionString: admin.replace(/postgres$/, name) })
  await client.connect()
  atEnd(async () => {
    await client.end()
    await administrate(admin, `drop database ${name} with (force)`)
    await administrate(admin, `drop role ${name}`)
  })
  await client.query(`alter default privileges grant select on tables to ${name}`)
  const { hostname: host, port, username, password } = new URL(admin)
  const owner: Login = { host, port: Number(port), database: name, username, password, ssl: 'disable' }
  return {
    owner,
    login: { ...owner, username: name, password: 'only reads' },
    run: async (statement) => void (await client.query(statement)),
    rows: async (statement) => (await client.query(statement)).rows,
  }
}
