import { expect, it } from 'vitest'
import { evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)
const at = '/spaces/spa_test'
await api.server.inject({
  method: 'POST',
  url: '/v1/batch',
  headers: { authorization: `Basic ${btoa(`${api.writeKey}:`)}` },
  payload: {
    batch: [
      { type: 'group', userId: 'ada', groupId: 'acme', traits: { name: 'Acme', industry: 'tnt' } },
      { type: 'group', userId: 'bob', groupId: 'globex', traits: { name: 'Globex' } },
      { type: 'track', userId: 'ada', event: 'Login' },
    ],
  },
})
const query = "ANY (event('Login').count() >= 1) AND trait('industry') = 'tnt'"

it('ACC-01 ACC-02 an audience of accounts is made, previewed, read and explained', async () => {
  const preview = await api.call('POST', `${at}/audiences/previews`, { definition: { query }, audienceType: 'ACCOUNTS' })
  expect(preview.body.data.audiencePreview).toMatchObject({ size: { count: 1, type: 'ACCOUNTS' }, results: [{ name: 'Acme' }] })
  const made = await api.call('POST', `${at}/audiences`, { name: 'Active', definition: { query }, audienceType: 'ACCOUNTS' })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  expect(made.body.data.audience).toMatchObject({
    audienceType: 'ACCOUNTS',
    computeCadence: { type: 'BATCH', because: ['being about accounts', 'the users of an account'] },
    definition: { query: expect.stringMatching(/^ANY/), type: 'ACCOUNTS' },
  })
  await evaluateFullyDue(database.db, new Date())
  expect((await api.call('GET', `${at}/audiences/active`)).body.data.audience.size).toMatchObject({ count: 1, type: 'ACCOUNTS' })
  expect((await api.call('GET', `${at}/audiences/active/members`)).body.data.members).toMatchObject([{ name: 'Acme' }])
  const why = await api.call('GET', `${at}/audiences/active/explain?profile=group_id:globex`)
  expect(why.body.data).toMatchObject({ matches: false, eligible: true })
  const changed = await api.call('PATCH', `${at}/audiences/active`, { definition: { query, type: 'USERS' } })
  expect(changed.body.error.code).toBe('audience_type')
  const wrong = await api.call('POST', `${at}/audiences`, { name: 'Wrong', definition: { query } })
  expect(wrong.body.error.message).toContain('ANY and ALL are for audiences of accounts')
})

it('CTR-12 a computed trait of accounts may be of the user who did it', async () => {
  const definition = { query: "event('Login').mode(trait('email'), 1)", type: 'ACCOUNTS' }
  const made = await api.call('POST', `${at}/computed-traits`, { name: 'Most active', definition })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  expect(made.body.data.computedTrait).toMatchObject({ definition: { ...definition, measure: { of: 'user' } } })
  expect(made.body.data.computedTrait.sentence).toContain('user’s “email”')
})

it('ACC-02 lists accounts with their people, and shows one; a person says of which they are', async () => {
  const all = await api.call('GET', `${at}/accounts`)
  expect(all.status, JSON.stringify(all.body)).toBe(200)
  const { accounts } = all.body.data
  expect(accounts.map(({ name, people }: { name: string; people: number }) => [name, people]).toSorted()).toEqual([
    ['Acme', 1],
    ['Globex', 1],
  ])
  const found = (await api.call('GET', `${at}/accounts?search=glo`)).body.data.accounts
  expect(found).toMatchObject([{ name: 'Globex', identifiers: { group_id: ['globex'] } }])
  const { account } = (await api.call('GET', `${at}/accounts/group_id:acme`)).body.data
  expect(account).toMatchObject({
    name: 'Acme',
    traits: { industry: 'tnt' },
    people: 1,
    linked: [{ identifiers: { user_id: ['ada'] } }],
    audiences: [{ name: 'Active' }],
  })
  const { profile } = (await api.call('GET', `${at}/profiles/user_id:ada`)).body.data
  expect(profile.accounts).toMatchObject([{ id: account.id, name: 'Acme' }])
  expect((await api.call('GET', `${at}/accounts/${profile.id}`)).status).toBe(404)
  const { data } = (await api.call('GET', `${at}/catalog`)).body
  expect(data.accountTraits.map(({ path }: { path: string }) => path).toSorted()).toEqual(['industry', 'name'])
  expect(data.audiences).toMatchObject([{ key: 'active', about: 'ACCOUNTS' }])
})
