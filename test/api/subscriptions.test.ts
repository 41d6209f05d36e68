import { expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)
const decoy = await testApi(database, 'spa_decoy')
const put = (subscriptions: unknown) => api.call('PUT', '/spaces/spa_test/messaging-subscriptions', { subscriptions })
const look = (subscriptions: unknown) => api.call('POST', '/spaces/spa_test/messaging-subscriptions/batch', { subscriptions })
const groups = '/spaces/spa_test/subscription-groups'

it('S11 groups: make, list, change, refuse a bad or second name, delete', async () => {
  const made = await api.call('POST', groups, { name: 'Daily news', description: 'Each morning' })
  expect([made.status, made.body.data.subscriptionGroup.name]).toEqual([201, 'Daily news'])
  const { id } = made.body.data.subscriptionGroup
  expect((await api.call('POST', groups, { name: 'Daily news' })).body.error.code).toBe('group_exists')
  for (const name of ['a_b', ' a', 'a ', 'café', 'a!', '', 'x'.repeat(76)]) {
    const refused = await api.call('POST', groups, { name })
    expect([name, refused.status, refused.body.error.problems[0].field]).toEqual([name, 422, 'name'])
  }
  expect((await api.call('POST', groups, { name: 'ok', description: 'x'.repeat(501) })).status).toBe(422)
  const renamed = await api.call('PATCH', `${groups}/${id}`, { name: 'Morning news' })
  expect(renamed.body.data.subscriptionGroup).toMatchObject({ id, name: 'Morning news', description: 'Each morning' })
  expect((await api.call('GET', `${groups}/${id}`)).body.data.subscriptionGroup.name).toBe('Morning news')
  expect((await api.call('GET', groups)).body.data).toMatchObject({
    subscriptionGroups: [{ id }],
    pagination: { totalEntries: 1 },
  })
  expect((await decoy.call('GET', `/spaces/spa_decoy/subscription-groups/${id}`)).status).toBe(404)
  expect((await decoy.call('DELETE', `/spaces/spa_decoy/subscription-groups/${id}`)).status).toBe(404)
  expect((await api.call('DELETE', `${groups}/${id}`)).status).toBe(200)
  expect((await api.call('DELETE', `${groups}/${id}`)).status).toBe(404)
})

it('S11 the 26th group is refused', async () => {
  for (let n = 1; n <= 25; n++) await decoy.call('POST', '/spaces/spa_decoy/subscription-groups', { name: `Group ${n}` })
  const refused = await decoy.call('POST', '/spaces/spa_decoy/subscription-groups', { name: 'One more' })
  expect([refused.status, refused.body.error.code]).toEqual([409, 'too_many_groups'])
})

it('S20 takes the good and reports the bad item by item', async () => {
  const { body } = await api.call('POST', groups, { name: 'Offers' })
  const { id } = body.data.subscriptionGroup
  const answer = await put([
    { key: 'A@Example.com', type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'Offers', status: 'SUBSCRIBED' }] },
    { key: 'nobody', type: 'EMAIL', status: 'SUBSCRIBED' },
    { key: '+12065550100', type: 'WhatsApp', status: 'unsubscribed' },
    { key: '+12065550100', type: 'SMS', status: 'perhaps' },
    { key: 'b@example.com', type: 'EMAIL', groups: [{ name: 'Offers', status: 'SUBSCRIBED' }] },
    { key: 'c@example.com', type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'Nothing', status: 'SUBSCRIBED' }] },
    { key: 'd@example.com', type: 'EMAIL' },
  ])
  expect(answer.status).toBe(200)
  expect(answer.body.data.successes).toEqual([
    { key: 'A@Example.com', type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ id, name: 'Offers', status: 'SUBSCRIBED' }] },
    { key: '+12065550100', type: 'WhatsApp', status: 'UNSUBSCRIBED' },
  ])
  const failures: { key: string; errors: { code: string }[] }[] = answer.body.data.failures
  expect(failures.map((f) => [f.key, f.errors.map((e) => e.code)])).toEqual([
    ['nobody', ['INVALID_EMAIL']],
    ['+12065550100', ['INVALID_SUBSCRIPTION_STATUS']],
    ['b@example.com', ['GLOBAL_STATE_NOT_SUBSCRIBED']],
    ['c@example.com', ['UNKNOWN_GROUP']],
    ['d@example.com', ['NOTHING_TO_SET']],
  ])
})

it('S21 S01 answers states with groups and times, and no status where nothing is known', async () => {
  await put([
    { key: 'lena@example.com', type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'Offers', status: 'UNSUBSCRIBED' }] },
  ])
  const { body } = await look([
    { key: 'lena@example.com', type: 'EMAIL' },
    { key: 'unknown@example.com', type: 'EMAIL' },
    { key: '???', type: 'EMAIL' },
    { key: '+12065550199', type: 'SMS' },
  ])
  expect(body.data.successes).toEqual([
    {
      key: 'lena@example.com',
      type: 'EMAIL',
      status: 'SUBSCRIBED',
      updatedAt: expect.stringMatching(/Z$/),
      groups: [{ id: expect.any(String), name: 'Offers', status: 'UNSUBSCRIBED', updatedAt: expect.stringMatching(/Z$/) }],
    },
    { key: 'unknown@example.com', type: 'EMAIL' },
    { key: '+12065550199', type: 'SMS' },
  ])
  expect(body.data.failures).toMatchObject([{ key: '???', errors: [{ code: 'INVALID_EMAIL' }] }])
})

it.each([[{}], [{ subscriptions: [] }], [{ subscriptions: 'x' }], [{ subscriptions: [{ key: 1, type: 'EMAIL' }] }]])(
  'a body of another shape is refused by field: %j',
  async (body) => {
    const answer = await api.call('PUT', '/spaces/spa_test/messaging-subscriptions', body)
    expect([answer.status, answer.body.error.problems[0].field]).toEqual([422, expect.stringContaining('subscriptions')])
  },
)

it('takes no text to SQL: quotes, NUL and half characters are only a wrong address', async () => {
  const keys = ["'; drop table subscription; --@x.com", 'a\u0000@example.com', '\ud800@example.com', '"@example.com']
  const { status, body } = await put(keys.map((key) => ({ key, type: 'EMAIL', status: 'SUBSCRIBED' })))
  expect([status, body.data.failures.length]).toEqual([200, 4])
  expect(
    (await put([{ key: 'x@example.com', type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: '\u0000', status: 'true' }] }]))
      .status,
  ).toBe(200)
})

it('is described in OpenAPI', async () => {
  const { paths } = (await api.server.inject({ url: '/openapi.json' })).json()
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining([
      '/spaces/{space}/messaging-subscriptions',
      '/spaces/{space}/messaging-subscriptions/batch',
      '/spaces/{space}/subscription-groups',
      '/spaces/{space}/subscription-groups/{id}',
    ]),
  )
})
