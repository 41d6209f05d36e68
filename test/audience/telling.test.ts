import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateSpace } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { addChange, addEvent, addProfile, did, hour, makeAudience, makePartitions, makeSpace } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)
const SPACE = 'spa_telling'
const DECOY = 'spa_telling_decoy'

const listen = (spaceId: string, audienceId: string) =>
  run(db, query('test.listen*', sql`insert into audience_interest values (${spaceId}, ${audienceId}, 'jou')`))
const evaluate = async (now: Date): Promise<void> => {
  await evaluateSpaceFully(db, SPACE, now)
  while ((await evaluateSpace(db, SPACE, now)).more);
}
const changes = async (audienceId: string) =>
  (
    await run(
      db,
      query(
        'test.changes*',
        sql<{ change: string }>`select change from membership_change where space_id = ${SPACE} and audience_id = ${audienceId}
          order by changed_at, evaluation`,
      ),
    )
  ).map((row) => row.change)
const told = () =>
  run(
    db,
    query(
      'test.outbox*',
      sql<{
        topic: string
        payload: JsonObject
      }>`select topic, payload from outbox where space_id = ${SPACE} order by created_at, id`,
    ),
  )

it('G4 what nobody listens to is written down and not told', async () => {
  for (const spaceId of [SPACE, DECOY]) await makeSpace(db, spaceId)
  for (const key of ['buyers', 'others']) await makeAudience(db, SPACE, key, did('Order', undefined, { within: '2 hours' }))
  await listen(SPACE, 'aud_others')
  await listen(DECOY, 'aud_buyers')
  const ada = await addProfile(db, SPACE, 'ada')
  await addEvent(db, SPACE, ada, 'Order', hour(0), 'order')
  await addChange(db, SPACE, ada, 'order', { events: ['Order'], at: hour(0) })
  await evaluate(hour(0))
  await evaluate(hour(3))
  for (const id of ['aud_buyers', 'aud_others']) expect(await changes(id)).toEqual(['entered', 'exited'])
  const about = { audience_id: 'aud_others', audience_key: 'others', change_id: expect.any(String) }
  expect(await told(), 'CMP-02 each change once').toEqual([
    { topic: 'entered', payload: { ...about, changed_at: hour(0).toISOString() } },
    { topic: 'exited', payload: { ...about, changed_at: hour(3).toISOString() } },
  ])
})
