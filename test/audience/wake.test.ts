import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue, spacesToEvaluate } from '../../src/audience/due-spaces.ts'
import { freshDatabase } from '../support/database.ts'
import { addProfile, hour, makeAudience, makePartitions, membersNow, settling, spaces } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)
const space = spaces(db, 'wake')
const settle = settling(db)

it('CMP-03 a relative date wakes its profile, with nothing stored about the others', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'trial', {
    type: 'trait',
    path: 'ends',
    compare: { operator: 'within_next', duration: '3 hours' },
  })
  const ada = await addProfile(db, spaceId, 'ada', { ends: hour(10).toISOString() })
  await addProfile(db, spaceId, 'bob', { ends: 'soon' })
  await settle(spaceId, hour(0))
  expect(await spacesToEvaluate(db, hour(6.9))).not.toContain(spaceId)
  await evaluateDue(db, hour(7))
  expect(await membersNow(db, spaceId, 'aud_trial')).toEqual([ada])
  await evaluateDue(db, hour(10))
  expect(await membersNow(db, spaceId, 'aud_trial')).toEqual([ada])
  await evaluateDue(db, hour(10.01))
  expect(await membersNow(db, spaceId, 'aud_trial')).toEqual([])
})

it('CMP-03 a date far ahead is not kept yet: who is looked at again two days later, daily or not, enters at the instant', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'ending', {
    type: 'trait',
    path: 'ends',
    compare: { operator: 'within_next', duration: '24 hours' },
  })
  const ada = await addProfile(db, spaceId, 'ada', { ends: hour(6 * 24).toISOString() })
  await settle(spaceId, hour(0))
  expect(await spacesToEvaluate(db, hour(47.9))).not.toContain(spaceId)
  await evaluateDue(db, hour(48))
  await evaluateFullyDue(db, hour(48))
  await evaluateDue(db, hour(5 * 24 - 0.01))
  await evaluateFullyDue(db, hour(5 * 24 - 0.01))
  expect(await membersNow(db, spaceId, 'aud_ending')).toEqual([])
  await evaluateDue(db, hour(5 * 24))
  expect(await membersNow(db, spaceId, 'aud_ending')).toEqual([ada])
})

it('CMP-03 a worker that was away for a week finds whoever entered meanwhile, and calls it no drift', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'ending', {
    type: 'trait',
    path: 'ends',
    compare: { operator: 'within_next', duration: '24 hours' },
  })
  const ada = await addProfile(db, spaceId, 'ada', { ends: hour(7.5 * 24).toISOString() })
  await settle(spaceId, hour(0))
  await evaluateDue(db, hour(7 * 24))
  await evaluateFullyDue(db, hour(7 * 24))
  expect(await membersNow(db, spaceId, 'aud_ending')).toEqual([ada])
  const { rows } = await sql<{ drift: number | null }>`select drift from audience_evaluation
    where space_id = ${spaceId} and mode = 'full' order by evaluated_at desc limit 1`.execute(db)
  expect(rows).toEqual([{ drift: null }])
})
