import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { NO_SPACE } from '../../src/ingest/drop.ts'
import { createSpace } from '../../src/space/space.ts'
import { forgetOld } from '../../src/worker/forget.ts'
import { selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
const NOW = new Date('2026-06-30T12:00:00Z')
const days = (n: number): string => new Date(NOW.getTime() - n * 86_400_000).toISOString()

const drop = (space: string, hour: string) =>
  selectRows(
    db,
    sql`insert into source_drop (space_id, source_id, hour, code, count, reason, sample, first_at, last_at)
      values (${space}, 's', ${hour}, 'c', 1, 'r', '{}', ${hour}, ${hour})`,
  )
const violation = (space: string, hour: string) =>
  selectRows(
    db,
    sql`insert into violation_hour (space_id, source_id, hour, id, plan_id, event_type, event_name, type, field, description, count, blocked, sample, last_at)
      values (${space}, 's', ${hour}, 'v', 'p', 'track', 'E', 'Required', 'f', 'd', 1, 0, '{}', ${hour})`,
  )
const refusal = (space: string, n: number, first: string, last: string) =>
  selectRows(
    db,
    sql`insert into identity_refusal (space_id, profile_id, code, collection, type, value, reason, source_id, message_id, first_at, last_at)
      select ${space}, gen_random_uuid(), 'c', 'users', 'email', i::text, 'r', 's', 'm', ${first}::timestamptz, ${last}::timestamptz
      from generate_series(1, ${n}::int) i`,
  )
const watch = (space: string, until: string) =>
  selectRows(db, sql`insert into source_watch (space_id, source_id, watched_until) values (${space}, ${until}, ${until})`)

const left = async (): Promise<Record<string, number>> => {
  const rows = await selectRows(
    db,
    sql`select 'drops' as what, count(*)::int as n from source_drop union all select 'violations', count(*)::int from violation_hour
      union all select 'refusals', count(*)::int from identity_refusal union all select 'watches', count(*)::int from source_watch`,
  )
  return Object.fromEntries(rows.map((row) => [row['what'], row['n']]))
}

it('what was not taken, refused or broken is kept 30 days, in every space and where the key was nobody’s; who looked, a day', async () => {
  const spaces = ['spa_a', 'spa_b']
  for (const id of spaces) await createSpace(db, { id, slug: id, name: id }, NOW)
  for (const space of [...spaces, NO_SPACE]) for (const age of [31, 29, 0]) await drop(space, days(age))
  for (const space of spaces) {
    for (const age of [31, 29, 0]) await violation(space, days(age))
    await refusal(space, 3, days(90), days(31))
    // Old, and refused again lately: it still goes without it.
    await refusal(space, 2, days(90), days(29))
    for (const age of [2, 0.5, -0.01]) await watch(space, days(age))
  }
  await refusal('spa_a', 10_001, days(40), days(40))
  await forgetOld(db, NOW)
  expect(await left()).toEqual({ drops: 6, violations: 4, refusals: 4, watches: 4 })
  await forgetOld(db, NOW)
  expect(await left()).toEqual({ drops: 6, violations: 4, refusals: 4, watches: 4 })
  await forgetOld(db, new Date(NOW.getTime() + 60 * 86_400_000))
  expect(await left()).toEqual({ drops: 0, violations: 0, refusals: 0, watches: 0 })
})

it('a refusal that somebody holds is passed by, not waited for', async () => {
  await refusal('spa_a', 2, days(40), days(40))
  await db.transaction().execute(async (tx) => {
    await selectRows(tx, sql`select 1 from identity_refusal where value = '1' for update`)
    await forgetOld(db, NOW)
    expect((await left())['refusals']).toBe(1)
  })
  await forgetOld(db, NOW)
  expect((await left())['refusals']).toBe(0)
})
