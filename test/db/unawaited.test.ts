import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Db } from '../../src/db/database.ts'
import { query, run, runOne, transact } from '../../src/db/query.ts'
import { unawaited } from '../../src/db/unawaited.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()

const waits = async (tx: Db): Promise<string | undefined> =>
  (await runOne(tx, query('test.*', sql<{ waits: string }>`select current_setting('synchronous_commit') as waits`)))?.waits

it.each([
  [true, 'off'],
  [false, 'on'],
])('a commit does not wait for the disk where a statement says so, and no other of the connection: %s', async (isSo, wanted) => {
  await db.connection().execute(async (one) => {
    await run(one, query('test.*', sql`set synchronous_commit = on`))
    await transact(one, async (tx) => {
      await run(tx, query('test.*', sql`select ${unawaited(isSo)}`))
      expect(await waits(tx)).toBe(wanted)
    })
    expect(await waits(one)).toBe('on')
  })
})
