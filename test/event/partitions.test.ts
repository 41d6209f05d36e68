import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { covers, ensurePartitions, spanFor } from '../../src/event/partitions.ts'
import { selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'

const { db, url } = await freshDatabase()
const now = new Date('2026-03-10T12:00:00Z')

it('processes that need the same partitions at once make them once', async () => {
  const instants = Array.from({ length: 8 }, (_, month) => Date.UTC(2025, month, 15))
  const others = Array.from({ length: 4 }, () => connect(url, { max: 2 }))
  await Promise.all(others.map((other) => ensurePartitions(other.db, instants, now)))
  await Promise.all(others.map((other) => other.close()))
  const rows = await selectRows(
    db,
    sql`select count(*) as n from pg_inherits where inhparent = 'event'::regclass and inhrelid::regclass::text like 'event_2025%'`,
  )
  expect(rows).toEqual([{ n: 8 }])
})

it('a partition is a month near now and a year far from it, cut to the gap between its neighbours', () => {
  const at = Date.parse('2027-06-15T00:00:00Z')
  const year = { from: Date.UTC(2027, 0, 1), to: Date.UTC(2028, 0, 1) }
  expect(spanFor([], at, now.getTime())).toEqual(year)
  const january = { from: Date.UTC(2027, 0, 1), to: Date.UTC(2027, 1, 1) }
  const rest = { from: Date.UTC(2027, 1, 1), to: Date.UTC(2028, 0, 1) }
  expect(spanFor([january], at, now.getTime())).toEqual(rest)
  expect(spanFor([rest], Date.UTC(2027, 0, 5), Date.UTC(2027, 0, 5))).toEqual(january)
  expect(covers([january, rest], at)).toBe(true)
})
