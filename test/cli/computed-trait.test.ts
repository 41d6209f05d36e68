import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue, markAll } from '../../src/audience/due-spaces.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const api = await testApi(database)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const usher = usherAt(url, api.token)

const night = async (): Promise<void> => {
  await markAll(database.db, new Date())
  await evaluateFullyDue(database.db, new Date())
  await evaluateDue(database.db, new Date())
}

await api.server.inject({
  method: 'POST',
  url: '/v1/batch',
  headers: { authorization: `Basic ${btoa(`${api.writeKey}:`)}` },
  payload: {
    batch: [
      { type: 'track', userId: 'ada', event: 'Order Completed' },
      { type: 'track', userId: 'bob', event: 'Order Completed' },
    ],
  },
})
await api.call('POST', `/spaces/${api.spaceId}/computed-traits`, {
  name: 'Orders',
  definition: { query: "event('Order Completed').count()" },
})
await night()

it('CTR lists and shows computed traits with the drift that the night found, and runs one now', async () => {
  await night()
  expect(await usher('computed-trait', 'list')).toMatch(/key +people +checked +drift[\s\S]*orders +2 .* 0 +Live +how often/)
  expect(await usher('computed-trait', 'runs', 'orders')).toMatch(/^Computed in full at \d{4}-.*, drift 0\.\n$/)
  // Somebody meddles with a value behind the engine's back.
  await run(
    database.db,
    query(
      'test.meddle*',
      sql`update computed_value set value = '7' where space_id = ${api.spaceId} and value = '1' and profile_id = (
        select min(profile_id::text)::uuid from computed_value where space_id = ${api.spaceId})`,
    ),
  )
  await night()
  expect(await usher('computed-trait', 'show', 'orders')).toMatch(
    /^orders: how often .*\nevent\('Order Completed'\)\.count\(\)\n\nLive\n2 people have a value, for example 1\.\nComputed in full at .*, drift 1\.\nUsed by: nothing\n$/,
  )
  expect(JSON.parse(await usher('computed-trait', 'list', '--json')).computedTraits).toMatchObject([{ figures: { drift: 1 } }])
  expect(await usher('computed-trait', 'runs', 'orders', '--now')).toMatch(/Now: check, waiting, place 1 in the queue/)
})
