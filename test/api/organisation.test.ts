import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { addEvent, addProfile, hour, makePartitions } from '../audience/support/world.ts'
import { selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
await makePartitions(db)
let now = hour(0)
const shop = await testApi(database, 'spa_shop', () => now)
const other = await testApi(database, 'spa_other', () => now)
const S = '/spaces/spa_shop'
const O = '/spaces/spa_other'

for (const space of ['spa_shop', 'spa_other']) {
  const id = await addProfile(db, space, 'ada', space === 'spa_shop' ? { plan: 'pro' } : { tier: 'pro' }, { user_id: ['ada'] })
  await addEvent(db, space, id, space === 'spa_shop' ? 'Order' : 'Purchase', hour(-1), `${space} 1`, { revenue: 30 })
}
const settle = async (): Promise<void> => {
  await evaluateFullyDue(db, now)
  while ((await evaluateDue(db, now)).more);
}
const make = async (name: string, query: string): Promise<{ id: string; key: string }> => {
  const made = await shop.call('POST', `${S}/audiences`, { name, definition: { query } })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  return made.body.data.audience
}
const ORDERED = "event('Order').where(property('revenue') > 10).count() >= 1 AND trait('plan') = 'pro'"

it('AUD-12 a clone in the space has the same conditions and options, a new name and key, the folder, and no destinations', async () => {
  const made = await shop.call('POST', `${S}/audiences`, {
    name: 'Ordered',
    description: 'bought',
    definition: { query: ORDERED },
    options: { filterByExternalIds: ['user_id'], includeHistoricalData: false },
  })
  const { audience } = made.body.data
  const copied = await shop.call('POST', `${S}/audiences/${audience.id}/clones`, {})
  expect(copied.status, JSON.stringify(copied.body)).toBe(201)
  const copy = copied.body.data.audience
  expect(copy).toMatchObject({ name: 'Copy of Ordered', key: 'copy_of_ordered', version: 1, status: 'Preparing' })
  for (const field of ['definition', 'options', 'description', 'sentence']) expect(copy[field]).toEqual(audience[field])
  expect(copy.id).not.toBe(audience.id)
  await selectRows(
    db,
    sql`insert into audience_interest (space_id, audience_id, consumer) values ('spa_shop', ${audience.id}, 'jou_x')`,
  )
  const named = await shop.call('POST', `${S}/audiences/ordered/clones`, { name: 'Again', key: 'again_2', enabled: false })
  expect(named.body.data.audience).toMatchObject({ name: 'Again', key: 'again_2', enabled: false })
  const interests = await selectRows(db, sql`select audience_id from audience_interest where space_id = 'spa_shop'`)
  expect(interests.map((each) => each['audience_id'])).toEqual([audience.id])
  expect((await shop.call('POST', `${S}/audiences/ordered/clones`, {})).status, 'the key is taken').toBe(409)
  await shop.call('POST', `${S}/computed-traits`, { name: 'Spent', definition: { query: "event('Order').sum('revenue')" } })
  const trait = await shop.call('POST', `${S}/computed-traits/spent/clones`, { name: 'Spent too' })
  expect(trait.body.data.computedTrait).toMatchObject({
    key: 'spent_too',
    definition: { query: "event('Order').sum(property('revenue'))" },
  })
})

it('AUD-12 a clone is about whom the original is about: accounts stay accounts', async () => {
  const made = await shop.call('POST', `${S}/audiences`, {
    name: 'Pro accounts',
    audienceType: 'ACCOUNTS',
    definition: { query: "ANY (trait('plan') = 'pro')" },
    options: { recompute: { every: '8 hours' } },
  })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const copied = await shop.call('POST', `${S}/audiences/pro_accounts/clones`, {})
  expect(copied.status, JSON.stringify(copied.body)).toBe(201)
  expect(copied.body.data.audience).toMatchObject({ audienceType: 'ACCOUNTS', definition: made.body.data.audience.definition })
  await shop.call('POST', `${S}/computed-traits`, {
    name: 'Account orders',
    definition: { query: "event('Order').count()", type: 'ACCOUNTS' },
  })
  const trait = await shop.call('POST', `${S}/computed-traits/account_orders/clones`, {})
  expect(trait.body.data.computedTrait.definition.type).toBe('ACCOUNTS')
})

it('AUD-12 names that every object has are names like any other', async () => {
  await make('Odd names', "trait('constructor') = 'x' AND event('toString').count() >= 1")
  const copied = await shop.call('POST', `${S}/audiences/odd_names/clones`, { mapping: { events: {}, traits: { a: 'b' } } })
  expect(copied.status, JSON.stringify(copied.body)).toBe(201)
  expect(copied.body.data.audience.definition.query).toBe("trait('constructor') = 'x' AND event('toString').count() >= 1")
})

it('AUD-13 a clone into another space lists what is missing there and is refused until each is mapped or accepted', async () => {
  await make('Base', "event('Order').count() >= 1")
  await make('Deep', `NOT (${ORDERED}) OR trait('base') = true AND trait('address.city') = 'Rome'`)
  const clone = (body: object) => shop.call('POST', `${S}/audiences/deep/clones`, { token: other.token, ...body })
  const check = (body: object) => shop.call('POST', `${S}/audiences/deep/clone-checks`, { token: other.token, ...body })
  const missing = { events: ['Order'], traits: ['plan', 'address'], audiences: ['base'], sources: [] }
  expect((await check({})).body.data).toEqual({ space: { id: 'spa_other', name: 'spa_other' }, mentions: missing, missing })
  const refused = await clone({})
  expect(refused).toMatchObject({ status: 422, body: { error: { code: 'missing' } } })
  expect(refused.body.errors.map((each: { field: string }) => each.field)).toEqual([
    'mapping.events.Order',
    'mapping.traits.plan',
    'mapping.traits.address',
    'mapping.audiences.base',
  ])
  const partly = { mapping: { events: { Order: 'Purchase' }, traits: { plan: 'tier' } } }
  expect((await check(partly)).body.data.missing).toEqual({ events: [], traits: ['address'], audiences: ['base'], sources: [] })
  expect((await clone({ ...partly, accept: { traits: ['address', 'base'] } })).status, 'an audience cannot be accepted').toBe(422)
  expect((await clone({ mapping: { events: { Order: 'Nobody sent it' } } })).body.errors[0].field).toBe(
    'mapping.events.Nobody sent it',
  )
  expect((await other.call('GET', `${O}/audiences`)).body.data.audiences).toEqual([])

  const base = await shop.call('POST', `${S}/audiences/base/clones`, { token: other.token, accept: { events: ['Order'] } })
  expect(base.body.data.audience, JSON.stringify(base.body)).toMatchObject({ spaceId: 'spa_other', name: 'Base', key: 'base' })
  const made = await clone({ ...partly, accept: { traits: ['address'] } })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  expect(made.body.data.audience.definition.query).toBe(
    "NOT (event('Purchase').where(property('revenue') > 10).count() >= 1 AND trait('tier') = 'pro') OR trait('base') = true AND trait('address.city') = 'Rome'",
  )
  expect((await other.call('GET', `${O}/audiences/deep`)).body.data.audience.createdBy).toBe('test')
  expect((await clone({ token: 'nobody' })).body.errors[0]).toMatchObject({ field: 'token' })
})

it('AUD-13 lists the sources that are left out and are not there', async () => {
  const made = await shop.call('POST', `${S}/sources`, { name: 'Till', kind: 'server' })
  const there = await other.call('POST', `${O}/sources`, { name: 'Till', kind: 'server' })
  expect([made.status, there.status], JSON.stringify([made.body, there.body])).toEqual([201, 201])
  const [from, to] = [made.body.data.source.id, there.body.data.source.id]
  await make('Elsewhere', `event('Order').sources(exclude: '${from}').count() >= 1`)
  const accept = { events: ['Order'] }
  const clone = (body: object) => shop.call('POST', `${S}/audiences/elsewhere/clones`, { token: other.token, accept, ...body })
  const here = await shop.call('POST', `${S}/audiences/elsewhere/clone-checks`, {})
  expect(here.body.data, 'known in its own space').toMatchObject({ mentions: { sources: [from] }, missing: { sources: [] } })
  const check = await shop.call('POST', `${S}/audiences/elsewhere/clone-checks`, { token: other.token })
  expect(check.body.data.missing.sources).toEqual([from])
  const refused = await clone({})
  expect([refused.status, refused.body.errors[0].field]).toEqual([422, `mapping.sources.${from}`])
  const mapped = await clone({ mapping: { sources: { [from]: to } } })
  expect(mapped.body.data.audience.definition.query).toBe(`event('Order').sources(exclude: '${to}').count() >= 1`)
  expect((await clone({ key: 'kept', accept: { ...accept, sources: [from] } })).status).toBe(201)
})

it('AUD-14 folders: create, rename, describe, move many, search, disband without deleting', async () => {
  const folder = async (name: string, description = '') =>
    (await shop.call('POST', `${S}/folders`, { name, description })).body.data.folder.id as string
  const [winter, summer] = [await folder('Winter', 'cold sale'), await folder('Summer')]
  expect((await shop.call('POST', `${S}/folders`, { name: 'Winter' })).body.error.problems[0].field, 'unique').toBe('name')
  expect((await shop.call('PATCH', `${S}/folders/${summer}`, { name: 'Winter' })).status).toBe(422)
  const renamed = await shop.call('PATCH', `${S}/folders/${summer}`, { name: 'Spring', description: 'flowers' })
  expect(renamed.body.data.folder).toMatchObject({ id: summer, name: 'Spring', description: 'flowers', updatedBy: 'test' })
  const found = async (search: string) =>
    (await shop.call('GET', `${S}/folders?search=${search}`)).body.data.folders.map((each: { name: string }) => each.name)
  expect([await found(''), await found('SPRI'), await found('cold'), await found('x')]).toEqual([
    ['Spring', 'Winter'],
    ['Spring'],
    ['Winter'],
    [],
  ])

  const [a, b] = [await make('In A', ORDERED), await make('In B', ORDERED)]
  const trait = (await shop.call('GET', `${S}/computed-traits/spent`)).body.data.computedTrait.id
  const move = (folderId: string | null, audiences: string[], computedTraits: string[] = []) =>
    shop.call('POST', `${S}/folders/moves`, { folderId, audiences, computedTraits })
  expect((await move(winter, [a.id, b.id], [trait])).body.data.folder).toMatchObject({ audiences: 2, computedTraits: 1 })
  const inside = async (id: string, noun = 'audiences') =>
    (await shop.call('GET', `${S}/${noun}?folder=${id}`)).body.data[noun === 'audiences' ? noun : 'computedTraits']
      .map((each: { key: string }) => each.key)
      .toSorted()
  expect([await inside(winter), await inside(winter, 'computed-traits'), await inside(summer)]).toEqual([
    ['in_a', 'in_b'],
    ['spent'],
    [],
  ])
  expect(await inside('root')).not.toContain('in_a')
  expect((await shop.call('GET', `${S}/audiences?folder=${winter}&search=in%20b`)).body.data.audiences).toHaveLength(1)
  expect((await move(summer, [a.id, 'aud_nobody'])).status, 'all or none').toBe(404)
  expect(await inside(summer)).toEqual([])
  expect((await other.call('POST', `${O}/folders/moves`, { folderId: null, audiences: [a.id] })).status, 'G9').toBe(404)
  expect((await move(null, [b.id])).body.data.folder).toBe(null)
  const copy = await shop.call('POST', `${S}/audiences/in_a/clones`, { name: 'In A too' })
  expect(copy.body.data.audience.folderId).toBe(winter)
  const elsewhere = { token: other.token, accept: { events: ['Order'], traits: ['plan'] } }
  const abroad = await shop.call('POST', `${S}/audiences/in_a/clones`, elsewhere)
  expect([abroad.status, abroad.body.data.audience.folderId]).toEqual([201, undefined])

  expect((await shop.call('DELETE', `${S}/folders/${winter}`)).body.data.status).toBe('SUCCESS')
  expect((await shop.call('GET', `${S}/folders/${winter}`)).status).toBe(404)
  const stays = (await shop.call('GET', `${S}/audiences/in_a`)).body.data.audience
  expect([stays.key, stays.enabled, stays.folderId]).toEqual(['in_a', true, undefined])
  expect(await inside('root')).toEqual(expect.arrayContaining(['in_a', 'in_b']))
})

it('AUD-17 every change of a definition is a version: who, when, compared in words, restored as a new one', async () => {
  await make('Evolving', "event('Order').within(30 days).count() >= 2")
  const patch = (body: object) => shop.call('PATCH', `${S}/audiences/evolving`, body)
  now = hour(1)
  await patch({ definition: { query: "event('Order').within(7 days).count() >= 2" } })
  await patch({ name: 'Evolved', description: 'no version of it' })
  const { definition } = (await shop.call('GET', `${S}/audiences/evolving`)).body.data.audience
  await patch({ definition })
  now = hour(2)
  await patch({ options: { includeHistoricalData: false } })
  const versions = async () => (await shop.call('GET', `${S}/audiences/evolving/versions`)).body.data.versions
  expect(await versions()).toMatchObject([
    {
      version: 3,
      query: "event('Order').within(7 days).count() >= 2",
      current: true,
      savedAt: hour(2).toISOString(),
      options: { includeHistoricalData: false },
    },
    { version: 2, savedAt: hour(1).toISOString(), current: false },
    {
      version: 1,
      query: "event('Order').within(30 days).count() >= 2",
      savedBy: 'test',
      savedAt: hour(0).toISOString(),
      sentence: 'did “Order” at least twice within the last 30 days',
    },
  ])
  const { body } = await shop.call('GET', `${S}/audiences/evolving/versions/compare?from=1&to=3`)
  expect(body.data.difference.options).toEqual([{ option: 'includeHistoricalData', to: false }])
  expect(body.data.difference.query).toEqual([
    { change: 'same', text: "event('Order').within(" },
    { change: 'removed', text: '30' },
    { change: 'added', text: '7' },
    { change: 'same', text: ' days).count() >= 2' },
  ])
  expect(body.data.difference.sentence.filter((each: { change: string }) => each.change !== 'same')).toEqual([
    { change: 'removed', text: '30' },
    { change: 'added', text: '7' },
  ])
  await settle()
  now = hour(3)
  const restored = await shop.call('POST', `${S}/audiences/evolving/versions/1/restores`)
  expect(restored.body.data.audience, JSON.stringify(restored.body)).toMatchObject({
    name: 'Evolved',
    version: 4,
    definition: { query: "event('Order').within(30 days).count() >= 2" },
    options: {},
  })
  expect(restored.body.data.audience.options).toEqual({})
  expect((await versions())[0]).toMatchObject({ version: 4, restoredFrom: 1, current: true, savedAt: hour(3).toISOString() })
  expect((await shop.call('POST', `${S}/audiences/evolving/versions/1/restores`)).body.error.code).toBe('nothing_changes')
  expect((await shop.call('POST', `${S}/audiences/evolving/versions/9/restores`)).status).toBe(404)
  expect((await other.call('GET', `${O}/audiences/evolving/versions`)).status, 'G9').toBe(404)
})

it('AUD-17 an edit of a version that is no longer in force is refused, and one that says no version is not', async () => {
  await make('Edited twice', "trait('plan') = 'pro'")
  await settle()
  const edit = (query: string, version?: number) =>
    shop.call('PATCH', `${S}/audiences/edited_twice`, { definition: { query }, version })
  expect((await edit("trait('plan') = 'free'", 1)).body.data.audience.version).toBe(2)
  await settle()
  const late = await edit("trait('plan') = 'trial'", 1)
  expect(late.status).toBe(409)
  expect(late.body.error).toMatchObject({
    code: 'changed_meanwhile',
    message: expect.stringContaining('version 2, last saved by'),
  })
  expect((await shop.call('GET', `${S}/audiences/edited_twice`)).body.data.audience.definition.query).toBe(
    "trait('plan') = 'free'",
  )
  expect((await edit("trait('plan') = 'trial'")).body.data.audience.version).toBe(3)
  const trait = await shop.call('PATCH', `${S}/computed-traits/spent`, { name: 'Spent in all', version: 9 })
  expect(trait.body.error.code).toBe('changed_meanwhile')
})

it('AUD-17 a version that can no longer be compiled is not restored; computed traits have versions too', async () => {
  await make('Short lived', ORDERED)
  await make('Holder', "trait('short_lived') = true")
  await shop.call('PATCH', `${S}/audiences/holder`, { definition: { query: ORDERED } })
  await shop.call('PATCH', `${S}/audiences/short_lived`, { enabled: false })
  await shop.call('DELETE', `${S}/audiences/short_lived`)
  const gone = await shop.call('POST', `${S}/audiences/holder/versions/1/restores`)
  expect(gone).toMatchObject({ status: 422, body: { errors: [{ field: 'definition.condition.audience' }] } })
  await shop.call('PATCH', `${S}/computed-traits/spent`, { definition: { query: "event('Order').count()" } })
  const compared = await shop.call('GET', `${S}/computed-traits/spent/versions/compare?from=1&to=2`)
  expect(compared.body.data.to).toMatchObject({ version: 2, query: "event('Order').count()" })
  await settle()
  const back = await shop.call('POST', `${S}/computed-traits/spent/versions/1/restores`)
  expect(back.body.data.computedTrait).toMatchObject({
    version: 3,
    definition: { query: "event('Order').sum(property('revenue'))" },
  })
})

it('AUD-17 the options of a version of a computed trait are called as they are in a change of it', async () => {
  await shop.call('POST', `${S}/computed-traits`, {
    name: 'Looks back',
    definition: { query: "event('Order').count()" },
    options: { backfillDurationDays: 3 },
  })
  await shop.call('PATCH', `${S}/computed-traits/looks_back`, { options: { backfillDurationDays: 5 } })
  const at = `${S}/computed-traits/looks_back`
  const { versions } = (await shop.call('GET', `${at}/versions`)).body.data
  expect(versions.map((each: { options: object }) => each.options)).toEqual([
    { backfillDurationDays: 5 },
    { backfillDurationDays: 3 },
  ])
  const { difference } = (await shop.call('GET', `${at}/versions/compare?from=1&to=2`)).body.data
  expect(difference.options).toEqual([{ option: 'backfillDurationDays', from: 3, to: 5 }])
  const edit = { definition: { query: versions[1].query }, options: versions[1].options }
  expect((await shop.call('POST', `${at}/edit-previews`, edit)).status).toBe(200)
})
