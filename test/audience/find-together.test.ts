import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { freshDatabase } from '../support/database.ts'
import {
  addEvent,
  addProfile,
  did,
  hour,
  makeAudience,
  makePartitions,
  matching,
  membersNow,
  not,
  spaces,
} from './support/world.ts'

/* New audiences that ask numbers of events and traits are found in one reading of the events; each ends its run by itself. */

const { db } = await freshDatabase()
await makePartitions(db)
const space = spaces(db, 'together')

const CONDITIONS: Readonly<Record<string, Condition>> = {
  twice: did('Order', { operator: 'at_least', value: 2 }),
  lately: did('Order', undefined, { within: '5 hours' }),
  never: not(did('View')),
  free: {
    type: 'and',
    conditions: [{ type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'free' } }, did('View')],
  },
  dated: { type: 'trait', path: 'ends', compare: { operator: 'within_next', duration: '3 hours' } },
}

const populated = async (): Promise<string> => {
  const spaceId = await space()
  for (let n = 0; n < 30; n++) {
    const id = await addProfile(db, spaceId, `p${n}`, { plan: n % 3 ? 'pro' : 'free', ends: hour(n / 4).toISOString() })
    for (let i = 0; i < n % 4; i++)
      await addEvent(db, spaceId, id, n % 2 ? 'Order' : 'View', hour(-n / 2 - i), `${spaceId} ${n} ${i}`)
  }
  for (const [key, condition] of Object.entries(CONDITIONS)) await makeAudience(db, spaceId, key, condition)
  return spaceId
}

/** Of how many steps each run was: two where it looked together with others, and one where it was computed in one go. */
const stepsOf = async (spaceId: string): Promise<readonly number[]> => {
  const { rows } = await sql<{
    steps: number
  }>`select steps from computation_run where space_id = ${spaceId} and finished_at is not null`.execute(db)
  return rows.map(({ steps }) => steps)
}

const expectExact = async (spaceId: string): Promise<void> => {
  for (const [key, condition] of Object.entries(CONDITIONS))
    expect(await membersNow(db, spaceId, `aud_${key}`), key).toEqual(await matching(db, spaceId, condition, hour(0)))
}

const warnings: string[] = []
const note = (warning: Error): void => void warnings.push(warning.message)
beforeEach(() => void process.on('warning', note))
afterEach(() => {
  process.off('warning', note)
  warnings.length = 0
})

it('CMP-09 new audiences look together, in one step of each of their runs', async () => {
  const spaceId = await populated()
  await evaluateSpaceFully(db, spaceId, hour(0))
  expect(await stepsOf(spaceId)).toEqual([2, 2, 2, 2, 2])
  expect(warnings).toEqual([])
  await expectExact(spaceId)
})

it('CMP-09 where the one reading fails each looks by itself, and all are right', async () => {
  const spaceId = await populated()
  await sql`create function refuse_several() returns trigger language plpgsql as $$
    begin
      if (select count(distinct computation_id) from added) > 1 then raise exception 'several at once'; end if;
      return null;
    end $$`.execute(db)
  await sql`create trigger refuse_several after insert on computation_found referencing new table as added
    for each statement execute function refuse_several()`.execute(db)
  await evaluateSpaceFully(db, spaceId, hour(0))
  expect(warnings.join()).toContain('several at once')
  await expectExact(spaceId)
  await sql`drop trigger refuse_several on computation_found`.execute(db)
})

it('two new audiences are computed each in one go', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'orders', did('Order'))
  await makeAudience(db, spaceId, 'views', did('View'))
  await evaluateSpaceFully(db, spaceId, hour(0))
  expect(await stepsOf(spaceId)).toEqual([1, 1])
})
