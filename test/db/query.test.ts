import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { idFrom } from '../../src/base/ids.ts'
import { addToOutbox, claimOutbox, completeOutbox } from '../../src/db/outbox.ts'
import { query, run, runOne, transact } from '../../src/db/query.ts'
import { learnStatistics } from '../../src/db/statistics.ts'
import { createSpace } from '../../src/space/space.ts'
import { freshDatabase } from '../support/database.ts'
import { until } from '../support/wait.ts'

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

it('has the planner look at a table that outgrew what it knows, once', async () => {
  await run(
    db,
    query(
      'test.*',
      sql`insert into event_seen (space_id, message_id, received_at) select 's', 'm' || n, now() from generate_series(1, 2000) n`,
    ),
  )
  expect(await until('the table to be looked at', async () => (await learnStatistics(db)).includes('event_seen'))).toBe(true)
  expect(await learnStatistics(db)).toEqual([])
})

it('claims no more than the limit, whatever the plan', async () => {
  const now = new Date('2026-01-01')
  const entries = Array.from({ length: 300 }, (_, n) => ({
    profileId: idFrom('p', String(n)),
    id: idFrom('o', String(n)),
    topic: 't',
    payload: {},
  }))
  await createSpace(db, { id: 's', slug: 's', name: 's' }, now)
  await addToOutbox(db, 's', now, entries)
  const claims = await Promise.all([1, 2, 3].map((n) => claimOutbox(db, 's', idFrom('claim', String(n)), now, new Date(0), 50)))
  expect(claims.map((claimed) => claimed.length)).toEqual([50, 50, 50])
  expect(new Set(claims.flat().map((item) => item.id)).size).toBe(150)
})

it("tells one person's happenings in order: a relay takes nothing of whom another holds a row", async () => {
  const now = new Date('2026-01-01')
  const person = idFrom('one person')
  const entry = (n: number) => ({ profileId: person, id: idFrom('happening', String(n)), topic: 't', payload: { n } })
  await addToOutbox(db, 'o', now, [entry(1)])
  await createSpace(db, { id: 'o', slug: 'o', name: 'o' }, now)
  const first = await claimOutbox(db, 'o', idFrom('relay 1'), now, new Date(0), 10)
  await addToOutbox(db, 'o', now, [entry(2), { ...entry(3), profileId: idFrom('another') }])
  const second = await claimOutbox(db, 'o', idFrom('relay 2'), now, new Date(0), 10)
  expect([first, second].map((items) => items.map((item) => item.payload['n']))).toEqual([[1], [3]])
  await completeOutbox(db, 'o', idFrom('relay 1'), 't')
  expect((await claimOutbox(db, 'o', idFrom('relay 2'), now, new Date(0), 10)).map((item) => item.payload['n'])).toEqual([2])
})
