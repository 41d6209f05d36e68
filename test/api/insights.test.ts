import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { addProfile, hour } from '../audience/support/world.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const now = hour(0)
const api = await testApi(database, 'spa_test', () => now)
const decoy = await testApi(database, 'spa_decoy', () => now)
const S = '/spaces/spa_test'
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const usher = usherAt(url, api.token)

const PEOPLE = [
  ['ada', { pro: true, vip: true }, { user_id: ['ada'], email: ['ada@example.com'] }],
  ['bob', { pro: true, vip: true }, { user_id: ['bob'] }],
  ['eve', { pro: true, vip: false }, { email: ['eve@example.com'], crm: ['7'] }],
  ['fay', { pro: false, vip: true }, { user_id: ['fay'] }],
  ['gus', { pro: true, vip: true }, { anonymous_id: ['gus'] }],
] as const
for (const { spaceId } of [api, decoy])
  for (const [name, traits, ids] of PEOPLE) await addProfile(database.db, spaceId, name, { ...traits }, { ...ids })
const vip = { query: "trait('vip') = true" }
for (const caller of [api, decoy]) {
  await caller.call('POST', `/spaces/${caller.spaceId}/audiences`, { name: 'Pros', definition: { query: "trait('pro') = true" } })
  await caller.call('POST', `/spaces/${caller.spaceId}/audiences`, { name: 'Vips', definition: vip })
}
await evaluateFullyDue(database.db, now)
const folder = mkdtempSync(join(tmpdir(), 'usher-insight-'))
const file = join(folder, 'vip.json')
writeFileSync(file, JSON.stringify({ type: 'trait', path: 'vip', compare: { operator: 'equals', value: true } }))

it('PRE-04 answers how many members two audiences share, and what share of each that is', async () => {
  const { status, body } = await api.call('GET', `${S}/audiences/pros/overlap?with=vips`)
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body.data.overlap).toMatchObject({
    first: { key: 'pros', name: 'Pros', count: 3, percentShared: 66.7, sentence: '“pro” is true' },
    second: { key: 'vips', name: 'Vips', count: 3, percentShared: 66.7 },
    both: 2,
    either: 4,
    onlyFirst: 1,
    onlySecond: 1,
  })
  expect((await api.call('GET', `${S}/audiences/pros/overlap?with=none`)).status).toBe(404)
  expect((await api.call('GET', `${S}/audiences/pros/overlap`)).body.error.problems[0].field).toBe('with')
  const others = await decoy.call('GET', '/spaces/spa_decoy/audiences')
  const theirs = others.body.data.audiences[0].id
  expect((await api.call('GET', `${S}/audiences/pros/overlap?with=${theirs}`)).status, 'of another space').toBe(404)
})

it('PRE-04 answers it of a condition that is not saved, and says what is wrong with one', async () => {
  const ask = (body: object) => api.call('POST', `${S}/audiences/pros/overlap`, body)
  const { body } = await ask({ definition: vip })
  expect(body.data.overlap).toMatchObject({ first: { key: 'pros' }, second: { count: 3, sentence: '“vip” is true' }, both: 2 })
  expect(body.data.overlap.second).not.toHaveProperty('id')
  const anonymous = await ask({ definition: vip, options: { filterByExternalIds: ['anonymous_id'] } })
  expect(anonymous.body.data.overlap).toMatchObject({ second: { count: 1 }, both: 0 })
  expect((await ask({ definition: { query: "audience('none')" } })).status).toBe(422)
  const accounts = await ask({ definition: vip, audienceType: 'ACCOUNTS' })
  expect(accounts.body.error.problems[0]).toMatchObject({ field: 'with', remedy: expect.any(String) })
})

it('PRE-03 answers the percent of members with each id type', async () => {
  const { body } = await api.call('GET', `${S}/audiences/pros/identifiers`)
  expect(body.data.identifiers).toEqual({
    total: 3,
    types: [
      { type: 'email', count: 2, percent: 66.7 },
      { type: 'user_id', count: 2, percent: 66.7 },
      { type: 'crm', count: 1, percent: 33.3 },
      { type: 'android.idfa', count: 0, percent: 0 },
      { type: 'ios.idfa', count: 0, percent: 0 },
    ],
  })
  expect((await api.call('GET', `${S}/audiences/none/identifiers`)).status).toBe(404)
})

it('PRE-03 PRE-04 the command line shows both', async () => {
  expect(await usher('audience', 'overlap', 'pros', 'vips')).toMatch(
    /pros +3 +66\.7\n *vips +3 +66\.7\n *both +2 +–\n *only pros +1 +–\n *only vips +1/,
  )
  expect(await usher('audience', 'overlap', 'pros', '--file', file)).toMatch(/the condition +3 +66\.7\n *both +2/)
  await expect(usher('audience', 'overlap', 'pros')).rejects.toThrow(/Name another audience/)
  expect(await usher('audience', 'identifiers', 'pros')).toMatch(/^3 people\n[\s\S]*email +2 +66\.7/)
})
