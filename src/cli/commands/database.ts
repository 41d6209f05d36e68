import { Misconfigured } from '../../base/errors.ts'
import type { Config } from '../../config.ts'
import { connect } from '../../db/connect.ts'
import type { Db } from '../../db/database.ts'
import { transact } from '../../db/query.ts'

/** Does something in the database itself, in one transaction: for what comes before there is a token. @throws Misconfigured without DATABASE_URL. */
export const inDatabase = async <T>(config: Config, work: (db: Db) => Promise<T>): Promise<T> => {
  if (!config.databaseUrl) throw new Misconfigured('cli', 'DATABASE_URL is missing: this command writes to the database itself.')
  const { db, close } = connect(config.databaseUrl, { max: 1 })
  try {
    return await transact(db, work)
  } finally {
    await close()
  }
}
