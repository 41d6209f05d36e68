import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run, runOne, transact } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()

it('answers the rows of a named query', async () => {
  expect(
    await runOne(db, query('test.*', sql<{ n: number }>`select count(*) as n from profile where space_id = ${'s'}`)),
  ).toEqual({ n: 0 })
})

it('undoes everything when the work of a transaction throws', async () => {
  const work = transact(db, async (tx) => {
    await run(tx, query('test.*', sql`insert into event_seen values ('s', 'm', now())`))
    throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  expect(await run(db, query('test.*', sql`select 1 from event_seen where space_id = 's'`))).toEqual([])
})
