import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { previewTrait } from '../../src/audience/values.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { until } from '../support/wait.ts'

const database = await freshDatabase()
const { db } = database
const api = await testApi(database, 'spa_test', undefined, 'comparisons=2')
const at = '/spaces/spa_test'
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const definition = { query: "event('Order').count()" }
await api.call('POST', `${at}/computed-traits`, { name: 'Orders', definition })
await api.call('POST', `${at}/audiences`, { name: 'Buyers', definition: { query: "event('Order').count() >= 1" } })

const waiting = () =>
  run(
    db,
    query(
      'test.*',
      sql`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()`,
    ),
  )

/** Nobody can read an event meanwhile, so that whatever looks at them takes for ever. */
const whileEventsAreLocked = (work: () => Promise<void>): Promise<void> =>
  db.transaction().execute(async (tx) => {
    await run(tx, query('test.*', sql`lock table event in access exclusive mode`))
    await work()
  })

it.each([
  ['a computed trait', 'computed-traits/previews', definition],
  ['an edit of a computed trait', 'computed-traits/orders/edit-previews', definition],
  ['an edit of an audience', 'audiences/buyers/edit-previews', { query: "event('Order').count() >= 2" }],
])('looking at %s ends when nobody waits for it any more', (_, path, asked) =>
  whileEventsAreLocked(async () => {
    const hangUp = new AbortController()
    const looking = fetch(`${url}${at}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ definition: asked }),
      signal: hangUp.signal,
    })
    await until('it looks', async () => (await waiting()).length === 1)
    hangUp.abort()
    await expect(looking).rejects.toThrow()
    await until('nobody looks', async () => (await waiting()).length === 0, 10_000)
  }),
)

it('looking takes no longer than it may, and says what to do', () =>
  whileEventsAreLocked(async () => {
    const counted = { event: { name: 'Order' }, measure: { kind: 'count' as const } }
    const looking = previewTrait(db, 'spa_test', counted, { now: new Date(), count: 1, waits: { timeoutMs: 100 } })
    await expect(looking).rejects.toThrow(/took longer than 0.1 s .* window/)
  }))

it('GOV-04 an edit is looked at within the limits within which it is saved', async () => {
  const long = { query: "event('Order').count() >= 1 AND trait('a') = 1 AND trait('b') = 2" }
  const refused = await api.call('POST', `${at}/audiences/buyers/edit-previews`, { definition: long })
  expect(refused.body.error?.message).toMatch(/has 3 comparisons, 2 are allowed/)
  const filtered = { query: "event('Order').where(property('a') = 1 AND property('b') = 1 AND property('c') = 1).count()" }
  const trait = await api.call('POST', `${at}/computed-traits/orders/edit-previews`, { definition: filtered })
  expect(trait.body.error?.message).toMatch(/has 3 comparisons, 2 are allowed/)
})
