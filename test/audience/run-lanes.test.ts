import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { create, runNow } from '../../src/audience/save.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { hour, makePartitions, settling, spaces } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)
const space = spaces(db, 'lanes')
const settle = settling(db)

it('CMP-07 what is about accounts waits among the batch runs, whatever it asks', async () => {
  const spaceId = await space()
  const condition: Condition = { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } }
  const saved = { name: 'x', description: '', enabled: true, definition: condition as unknown as JsonObject, options: {} }
  const at = { spaceId, by: 'test', now: hour(0) }
  await create(db, 'audience', at, 'aud_people', { ...saved, key: 'people' })
  await create(db, 'audience', at, 'aud_firms', { ...saved, key: 'firms', collection: 'accounts' })
  const lanes = async () =>
    (
      await run(
        db,
        query(
          'test.lanes*',
          sql<{
            id: string
            lane: string
          }>`select computation_id as id, lane from computation_run where space_id = ${spaceId} order by 1`,
        ),
      )
    ).map(({ id, lane }) => `${id} ${lane}`)
  expect(await lanes()).toEqual(['aud_firms batch', 'aud_people new'])
  await settle(spaceId, hour(1))
  await runNow(db, 'audience', at, 'firms')
  await runNow(db, 'audience', at, 'people')
  expect(await lanes()).toEqual(['aud_firms batch', 'aud_people checks'])
})
