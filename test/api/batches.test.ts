import { expect, it } from 'vitest'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const now = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => now)
const key = basic(api.writeKey)
const S = '/spaces/spa_test'

const send = (body: unknown) => post(api.server, '/v1/batch', body, key)
const stored = async (messageId: string) => (await eventsOf(db, 'spa_test')).find((event) => event['message_id'] === messageId)
const call = { type: 'track', userId: 'u1', event: 'E' }
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const codesOf = (answer: Awaited<ReturnType<typeof send>>) =>
  answer.body.results.map(({ status, code }: { status: string; code?: string }) => code ?? status)

it('ING-07 an item that is nested beyond all writing is dropped alone, and is seen', async () => {
  const deep = JSON.stringify({ ...call, event: 'Deep', properties: { a: 0 } }).replace('{"a":0}', `{"a":${nested(150_000)}}`)
  const answer = await send(`{"batch":[${deep},${JSON.stringify({ ...call, messageId: 'beside' })}]}`)
  expect([answer.status, ...codesOf(answer)]).toEqual([200, 'too_deep', 'stored'])
  expect(await stored('beside')).toBeDefined()
  expect(codesOf(await send(`{"batch":[${nested(150_000)}]}`))).toEqual(['bad_request'])
  const drops = (await api.call('GET', `${S}/sources/src_spa_test/drops`)).body.data.drops
  expect(drops.map(({ code }: { code: string }) => code)).toEqual(expect.arrayContaining(['too_deep', 'bad_request']))
  const calls = (await api.call('GET', `${S}/sources/src_spa_test/calls?event=Deep`)).body.data.calls
  expect(calls).toMatchObject([{ status: 'dropped', raw: expect.stringContaining('"event":"Deep"') }])
})

it('ING-06 ING-04 what a batch says for all of its items counts for each as its own', async () => {
  const both = { context: { pad: 'x'.repeat(20_000) }, batch: [{ ...call, properties: { pad: 'x'.repeat(20_000) } }, call] }
  expect(codesOf(await send(both))).toEqual(['item_too_large', 'stored'])
})

it('ING-06 ING-04 what a batch says for all and none of its items could hold is left out, and no sound item is lost for it', async () => {
  const large = { context: { pad: 'x'.repeat(33 * 1024) }, batch: [{ ...call, messageId: 'large' }, call] }
  expect(codesOf(await send(large))).toEqual(['stored', 'stored'])
  for (const shared of ['context', 'integrations'])
    for (const levels of [64, 150_000]) {
      const item = JSON.stringify({ ...call, messageId: `${shared} ${levels}` })
      expect(codesOf(await send(`{"${shared}":{"a":${nested(levels)}},"batch":[${item}]}`))).toEqual(['stored'])
    }
  const contexts = await Promise.all(['large', 'context 64', 'integrations 64'].map(stored))
  expect(contexts.map((event) => event?.['context'])).toEqual([{}, {}, {}])
})

it('ING-06 what is wrong with the context of a batch is wrong with each item that does not say it better', async () => {
  const consent = { categoryPreferences: { ads: 'yes' } }
  const better = { ...call, context: { consent: { categoryPreferences: { ads: true } } } }
  expect(codesOf(await send({ context: { consent }, batch: [call, better] }))).toEqual([
    'consent_categorypreferences_fields_should_be_bool',
    'stored',
  ])
  expect(codesOf(await send({ context: { groupId: '' }, batch: [call] }))).toEqual(['id_not_string'])
})

it('ING-06 ING-18 a rule sees what the batch says of integrations', async () => {
  const filter = { integrationId: 'src_spa_test', name: 'none of Slack', if: 'integrations.Slack = false', enabled: true }
  const { id } = (await api.call('POST', `${S}/filters`, filter)).body.data.filter
  expect(
    codesOf(await send({ integrations: { Slack: false }, batch: [call, { ...call, integrations: { Slack: true } }] })),
  ).toEqual(['event_filter', 'stored'])
  await api.call('DELETE', `${S}/filters/${id}`)
})

it('ING-11 a messageId that is a number is its text, so that the call sent again is stored once', async () => {
  const item = { type: 'track', userId: 'numbered', event: 'Numbered', messageId: 5 }
  const answers = [
    await post(api.server, '/v1/track', item, key),
    await post(api.server, '/v1/track', { ...item, messageId: '5' }, key),
    await send({ batch: [item, { ...item, messageId: 0 }, { ...item, messageId: -3 }] }),
  ]
  const results = answers.flatMap(({ body }) => body.results as { status: string; messageId: string }[])
  expect(results.map(({ status, messageId: id }) => [status, id])).toEqual([
    ['stored', '5'],
    ['duplicate', '5'],
    ['duplicate', '5'],
    ['stored', '0'],
    ['stored', '-3'],
  ])
  // Beyond 2^53 two numbers are read as one: they are no ids.
  const beyond = await send({ batch: [2 ** 53, 2 ** 53, true, {}].map((id) => ({ ...item, messageId: id })) })
  expect(beyond.body.results.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill('stored'))
})
