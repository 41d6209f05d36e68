import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { evaluateSpace } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { type Reactions, relayOnce } from '../../src/db/relay.ts'
import { admitEntered } from '../../src/journey/admit-audience.ts'
import { hearEvents } from '../../src/journey/hear.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

/* The event tester: what a call would do is what it does, and until it is sent nothing is stored. */

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const S = '/spaces/spa_test'
const at = `${S}/sources/src_spa_test/test-call`

type Effects = ReturnType<typeof JSON.parse>
const made = async (path: string, body: object) => {
  const { status, body: answer } = await api.call('POST', S + path, body)
  expect(status, JSON.stringify(answer)).toBeLessThan(300)
  return answer.data
}
const attempt = async (call: object) => {
  const { status, body } = await api.call('POST', at, { call })
  expect(status, JSON.stringify(body)).toBe(200)
  return body.data
}
const catchUp = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await evaluateSpace(db, 'spa_test', clock)
  const reactions: Reactions = {
    entered: [(spaceId, items, now) => admitEntered(db, spaceId, items, now)],
    event: [(spaceId, items, now) => hearEvents(db, spaceId, items, now)],
  }
  for (let turn = 0; turn < 2; turn++) await relayOnce(db, reactions, clock)
}
/** Sends a call for real and lets the worker's part happen; answers what the page would then show. */
const follow = async (call: object) => {
  const sent = (await api.call('POST', `${at}/send`, { call })).body.data
  await catchUp()
  const { messageId, profileId, receivedAt } = sent
  const { body } = await api.call('POST', `${at}/effects`, { call, messageId, profileId, receivedAt })
  return { sent, effects: body.data.effects }
}
/** Whatever is stored anywhere. */
const everything = async () => {
  // What was counted in memory is written first, lest it is written between two looks.
  for (const page of ['schema', 'overview', 'calls']) await api.call('GET', `${S}/sources/src_spa_test/${page}`)
  const tables = await selectRows(
    db,
    sql`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r' order by 1`,
  )
  const sums: Record<string, unknown> = {}
  for (const { name } of tables)
    [sums[name]] = await selectRows(
      db,
      sql`select count(*) as rows, md5(string_agg(t::text, '|' order by t::text)) as sum from ${sql.table(name)} t`,
    )
  return sums
}
const tick = (seconds = 10): void => {
  clock = new Date(clock.getTime() + seconds * 1_000)
}
const trait = (path: string, value: string) => ({ type: 'trait', path, compare: { operator: 'equals', value } })
const bought = (n: number) => ({
  type: 'event',
  event: { name: 'Order Completed' },
  measure: { kind: 'count' },
  compare: { operator: 'at_least', value: n },
})

beforeAll(async () => {
  await made('/audiences', { name: 'Pros', key: 'pros', definition: { condition: trait('plan', 'pro') } })
  await made('/audiences', { name: 'Frees', key: 'frees', definition: { condition: trait('plan', 'free') } })
  await made('/audiences', { name: 'Buyers', key: 'buyers', definition: { condition: bought(1) } })
  await made('/audiences', {
    name: 'Pro buyers',
    key: 'pro_buyers',
    definition: {
      condition: {
        type: 'and',
        conditions: [
          { type: 'audience', audience: 'pros' },
          { type: 'audience', audience: 'buyers' },
        ],
      },
    },
  })
  await made('/computed-traits', {
    name: 'Orders',
    key: 'orders',
    definition: { event: { name: 'Order Completed' }, measure: { kind: 'count' } },
  })
  await made('/audiences', {
    name: 'Big',
    key: 'big',
    definition: { condition: { type: 'trait', path: 'orders', compare: { operator: 'at_least', value: 2 } } },
  })
  const steps = { wait: { type: 'delay', for: '2 days', next: null } }
  const journey = async (name: string, entry: object, more: object = {}) => {
    const { journey: one } = await made('/journeys', { name, definition: { entry, start: 'wait', steps, ...more } })
    await made(`/journeys/${one.key}/publish`, {})
  }
  await journey('Welcome pros', { type: 'audience', audience: 'pros', frequency: 'every_time' })
  await journey(
    'After a cart',
    { type: 'event', event: 'Cart Viewed', frequency: 'once' },
    { exits: [{ name: 'bought', event: 'Order Completed' }] },
  )
  await evaluateSpaceFully(db, 'spa_test', clock)
  await api.call('POST', `${S}/sources/src_spa_test/test-call/send`, {
    call: { type: 'identify', userId: 'ada', anonymousId: 'device-1', traits: { plan: 'free', name: 'Ada' } },
  })
  await api.call('POST', `${S}/sources/src_spa_test/test-call/send`, {
    call: { type: 'identify', anonymousId: 'device-of-bo', traits: { email: 'bo@example.com', name: 'Bo' } },
  })
  await catchUp()
  tick()
})

// In this order: each builds on what the one before it stored.
const CALLS: readonly (readonly [name: string, call: object, says: (effects: Effects) => void])[] = [
  [
    'somebody new becomes a pro, enters an audience and a journey',
    { type: 'identify', userId: 'cy', traits: { plan: 'pro', name: 'Cy' } },
    (effects) => {
      expect(effects.person).toMatchObject({ isNew: true, name: 'Cy' })
      expect(effects.identifiers).toEqual([{ collection: 'users', type: 'user_id', value: 'cy' }])
      expect(effects.audiences).toMatchObject([{ name: 'Pros', change: 'entered' }])
      expect(effects.journeys).toMatchObject([{ name: 'Welcome pros', change: 'started', step: 'Wait 2 days' }])
    },
  ],
  [
    'somebody known changes her plan: a trait before and after, one audience left and one entered',
    { type: 'identify', userId: 'ada', traits: { plan: 'pro' } },
    (effects) => {
      expect(effects.person).toMatchObject({ isNew: false, name: 'Ada' })
      expect(effects.traits).toMatchObject([{ key: 'plan', after: 'pro' }])
      expect(effects.audiences.map((each: Effects) => [each.name, each.change]).toSorted()).toEqual([
        ['Frees', 'exited'],
        ['Pros', 'entered'],
      ])
    },
  ],
  [
    'an event starts a journey',
    { type: 'track', userId: 'ada', event: 'Cart Viewed', properties: { items: 2 } },
    (effects) => expect(effects.journeys).toMatchObject([{ name: 'After a cart', change: 'started' }]),
  ],
  [
    'a purchase makes a buyer, through two stages, counts in a computed trait, and throws out of a journey',
    { type: 'track', userId: 'ada', event: 'Order Completed', properties: { revenue: 10 } },
    (effects) => {
      expect(effects.audiences.map((each: Effects) => each.name).toSorted()).toEqual(['Buyers', 'Pro buyers'])
      expect(effects.computedTraits).toMatchObject([{ key: 'orders', after: 1 }])
      expect(effects.journeys).toMatchObject([{ name: 'After a cart', change: 'left', because: 'bought' }])
    },
  ],
  [
    'a second one enters an audience of a computed trait',
    { type: 'track', userId: 'ada', event: 'Order Completed' },
    (effects) => {
      expect(effects.audiences).toMatchObject([{ name: 'Big', change: 'entered' }])
      expect(effects.computedTraits).toMatchObject([{ key: 'orders', after: 2 }])
    },
  ],
  [
    'an address brings two people together',
    { type: 'identify', userId: 'ada', traits: { email: 'BO@example.com' } },
    (effects) => {
      expect(effects.merges).toHaveLength(1)
      expect(effects.person).toMatchObject({ isNew: false })
    },
  ],
  [
    'a group call makes an account with traits, and links it',
    { type: 'group', userId: 'ada', groupId: 'acme', traits: { industry: 'retail' } },
    (effects) => {
      expect(effects.account).toMatchObject({ isNew: true, isLinked: true, collection: 'accounts' })
      expect(effects.traits).toMatchObject([{ collection: 'accounts', key: 'industry', after: 'retail' }])
    },
  ],
  [
    'a subscription',
    {
      type: 'identify',
      userId: 'ada',
      context: { messaging_subscriptions: [{ key: 'bo@example.com', type: 'EMAIL', status: 'SUBSCRIBED' }] },
    },
    (effects) =>
      expect(effects.subscriptions).toMatchObject([{ channel: 'email', address: 'bo@example.com', after: 'subscribed' }]),
  ],
  [
    'more identifiers than a limit allows are refused, each with its reason',
    {
      type: 'track',
      userId: 'ada',
      event: 'Seen',
      context: {
        externalIds: Array.from({ length: 7 }, (_, n) => ({ type: 'card', id: `c${n}`, collection: 'users', encoding: 'none' })),
      },
    },
    (effects) => expect(effects.refused.length).toBeGreaterThan(0),
  ],
]

it.each(CALLS)('event tester: what would happen is what happens, and nothing is stored before: %s', async (_name, call, says) => {
  const before = await everything()
  const tried = await attempt(call)
  expect(await everything()).toEqual(before)
  expect(tried.stored).toBe(false)
  expect(tried.door).toMatchObject({ fate: 'taken', answer: 200 })
  says(tried.effects)
  tick()
  const { sent, effects } = await follow(call)
  expect(sent.status).toBe('stored')
  says(effects)
  // Who is new has another id each time, what was before is known only before, and runs of another person have other ids.
  const comparable = ({ person, account, traits, computedTraits, journeys, merges, ...rest }: Effects) => ({
    ...rest,
    person: { ...person, profileId: person.isNew ? '' : person.profileId },
    account: account ? { ...account, profileId: '' } : undefined,
    traits: merges.length > 0 ? [] : traits.map(({ before: _, ...each }: Effects) => each),
    computedTraits: computedTraits.map(({ before: _, ...each }: Effects) => each),
    journeys: journeys.map(({ runId: _, ...each }: Effects) => each),
    merges: merges.length,
  })
  const sorted = (effects: Effects) => ({
    ...comparable(effects),
    audiences: effects.audiences.toSorted((a: Effects, b: Effects) => (a.name < b.name ? -1 : 1)),
  })
  expect(sorted(effects)).toEqual(sorted(tried.effects))
  tick()
})

it('event tester: a trait says what it was before', async () => {
  const { effects } = await attempt({ type: 'identify', userId: 'cy', traits: { plan: 'free', city: 'Graz' } })
  expect(effects.traits).toEqual([
    { collection: 'users', key: 'city', before: null, after: 'Graz' },
    { collection: 'users', key: 'plan', before: 'pro', after: 'free' },
  ])
})

it('event tester: a merge names who is merged, and what they bring along', async () => {
  await follow({ type: 'identify', anonymousId: 'device-of-di', traits: { email: 'di@example.com', name: 'Di', city: 'Wien' } })
  tick()
  const { effects } = await attempt({ type: 'identify', userId: 'cy', traits: { email: 'di@example.com' } })
  expect(effects.merges).toMatchObject([{ name: 'Di' }])
  expect(effects.traits).toContainEqual({ collection: 'users', key: 'city', before: null, after: 'Wien' })
})

it('event tester: the door says why a call is not taken, and what the sender would be answered', async () => {
  const before = await everything()
  const { door, effects } = await attempt({ type: 'track', userId: 'ada' })
  expect(door).toMatchObject({
    fate: 'dropped',
    answer: 200,
    problem: { code: 'event_not_defined', field: 'event', remedy: expect.stringContaining('Order Completed') },
  })
  expect(effects).toMatchObject({ audiences: [], journeys: [], traits: [] })
  expect((await attempt({ type: 'track', userId: 'ada', event: 'E', integrations: { All: false } })).door.fate).toBe('filtered')
  expect((await attempt({ type: 'track', userId: 'anonymous', event: 'E' })).door.problem.code).toBe('no_matching_identifiers')
  expect(
    (await attempt({ type: 'track', userId: 'ada', event: 'E', properties: { pad: 'x'.repeat(40_000) } })).door.problem.code,
  ).toBe('item_too_large')
  expect(await everything()).toEqual(before)
})

it('event tester: a wrong clock is put right, and the same messageId is nothing new', async () => {
  const call = {
    type: 'track',
    userId: 'ada',
    event: 'Late',
    messageId: 'late-1',
    originalTimestamp: '2026-03-09T10:00:00.000Z',
    sentAt: new Date(clock.getTime() - 3_600_000).toISOString(),
  }
  const { door } = await attempt(call)
  expect(door.time).toMatchObject({
    said: '2026-03-09T10:00:00.000Z',
    clockSkewMs: 3_600_000,
    timestamp: '2026-03-09T11:00:00.000Z',
  })
  expect(door.event).toMatchObject({
    name: 'Late',
    messageId: 'late-1',
    identifiers: [{ type: 'user_id', value: 'ada' }],
  })
  await follow(call)
  expect((await attempt(call)).door.fate).toBe('duplicate')
})

it('PRO-31 event tester: filters, the plan and switches each say what they did', async () => {
  const { source } = await made('/sources', { name: 'Ruled' })
  const path = `${S}/sources/${source.id}/test-call`
  const ask = async (call: object) => (await api.call('POST', path, { call })).body.data.door
  const track = (event: string, properties: object = {}) => ({ type: 'track', userId: 'ada', event, properties })
  await made('/filters', { integrationId: source.id, name: 'No debug', if: "event = 'Debug'", enabled: true })
  await api.call('PATCH', `${S}/sources/${source.id}/switches`, { type: 'track', name: 'Off', enabled: false })
  await api.call('PATCH', `${S}/sources/${source.id}/switches`, { type: 'track', name: 'Part', path: 'secret', enabled: false })
  expect(await ask(track('Debug'))).toMatchObject({
    fate: 'dropped',
    filters: { asked: true, verdict: 'drop', names: ['No debug'], reason: expect.stringContaining('No debug') },
    switches: { asked: false },
  })
  expect(await ask(track('Off'))).toMatchObject({
    fate: 'dropped',
    filters: { verdict: 'pass' },
    switches: { asked: true, verdict: 'drop', off: 2 },
    problem: { code: 'event_setting' },
  })
  const part = await ask(track('Part', { secret: 1, open: 2 }))
  expect(part).toMatchObject({ fate: 'taken', switches: { verdict: 'change', omitted: ['secret'] } })
  expect(part.event.properties).toEqual({ open: 2 })
  const { trackingPlan } = await made('/tracking-plans', { name: 'Shop', type: 'LIVE' })
  const jsonSchema = {
    type: 'object',
    properties: { properties: { type: 'object', properties: { total: { type: 'number' } } } },
  }
  await api.call('PUT', `${S}/tracking-plans/${trackingPlan.id}/rules`, {
    rules: [{ type: 'TRACK', key: 'Paid', version: 1, jsonSchema }],
  })
  await made(`/tracking-plans/${trackingPlan.id}/sources`, { sourceId: source.id })
  expect(await ask(track('Paid', { total: 'much' }))).toMatchObject({
    fate: 'taken',
    plan: { asked: true, name: 'Shop', verdict: 'change', violations: [{ field: 'properties.total' }] },
  })
  await api.call('PATCH', `${S}/sources/${source.id}/settings`, { track: { allowUnplannedEvents: false } })
  expect(await ask(track('Unknown'))).toMatchObject({
    fate: 'dropped',
    plan: { verdict: 'drop' },
    problem: { code: 'unplanned' },
  })
})

it('event tester: what is being computed anew is named and not guessed', async () => {
  await made('/audiences', { name: 'Soon', key: 'soon', definition: { condition: trait('plan', 'gold') } })
  const { looked, effects } = await attempt({ type: 'identify', userId: 'cy', traits: { plan: 'gold' } })
  expect(looked.unasked).toMatchObject([{ key: 'soon', kind: 'audience' }])
  expect(effects.audiences.map((each: Effects) => each.key)).toEqual(['pros'])
})

it('G9 event tester: only of one’s own sources', async () => {
  const call = { type: 'track', userId: 'ada', event: 'E' }
  expect((await decoy.call('POST', '/spaces/spa_decoy/sources/src_spa_test/test-call', { call })).status).toBe(404)
  const answer = await decoy.call('POST', '/spaces/spa_decoy/sources/src_spa_decoy/test-call', { call })
  expect(answer.body.data.effects).toMatchObject({ person: { isNew: true }, audiences: [], journeys: [] })
})

it('event tester: many at once do not take each other’s connections, and who sends meanwhile is stored', async () => {
  const call = { type: 'track', userId: 'ada', event: 'Order Completed' }
  const send = () => post(api.server, '/v1/track', { ...call, event: 'Meanwhile' }, basic(api.writeKey))
  const answers = await Promise.all([...Array.from({ length: 30 }, () => attempt(call)), ...Array.from({ length: 5 }, send)])
  expect(answers).toHaveLength(35)
})

it('event tester: `usher source test` says it in words, and sends it when asked to', async () => {
  const usher = usherAt(url, api.token)
  const said = await usher('source', 'test', 'test', '--type', 'identify')
  expect(said).toMatch(/At the door\n {2}\+ Is taken/)
  expect(said).toContain('Makes a new profile: Tess Ter')
  expect(said).toMatch(/Audiences\n {2}\+ Enters Pros/)
  expect(said).toMatch(/Journeys\n {2}\+ Starts Welcome pros\n {6}then: Wait 2 days/)
  expect(said).toContain('Nothing was stored.')
  expect(await usher('source', 'test', 'test', '--last', 'Meanwhile')).toContain('Is stored as “Meanwhile” (track)')
  expect(await usher('source', 'test', 'test', '--type', 'screen', '--send')).toMatch(/stored: messageId \S+, profile \S+/)
  await expect(usher('source', 'test', 'test', '--type', 'nonsense')).rejects.toThrow('none of identify, track')
})
