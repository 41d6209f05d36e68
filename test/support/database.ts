import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type Connection, connect } from '../../src/db/connect.ts'
import { administrate } from '../../src/dev/postgres.ts'
import { atEnd } from './ending.ts'

/** What the installations of tests sign and hash with. */
export const TEST_SECRET = 'a secret of the tests'

export type TestDatabase = Connection & { readonly url: string }

/** A database of this test file's own, with the schema and nothing in it; dropped when the file is done. */
export const freshDatabase = async (): Promise<TestDatabase> => {
  const admin = inject('postgres')
  const name = `test_${randomBytes(6).toString('hex')}`
  await administrate(admin, `create database ${name} template usher_template strategy file_copy`)
  const url = admin.replace(/postgres$/, name)
  const connection = connect(url, { secret: TEST_SECRET })
  atEnd(() => administrate(admin, `drop database ${name} with (force)`))
  atEnd(connection.close)
  return { ...connection, url }
}
