import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { DESTINATIONS, TOOL_SLUGS } from '../../src/destination/destinations/index.ts'
import { refuseBadFields, withUsual } from '../../src/destination/fields.ts'
import { parseFql } from '../../src/fql/parse.ts'
import { selectRows } from '../support/calls.ts'
import { CUSTOMER_IO, startCustomerIo } from '../support/fakes/customer-io.ts'
import { delivering } from './support.ts'

const { api, decoy, db, S, source, connect, webhook, deliver, map, fate } = await delivering()

it('MAP-01 the catalogue lists each tool with its settings, actions, fields and presets', async () => {
  const { destinationsCatalog: tools } = (await api.call('GET', `${S}/catalog/destinations`)).body.data
  expect(tools.map(({ slug }: { slug: string }) => slug)).toEqual(TOOL_SLUGS)
  const webhooks = tools[0]
  expect(webhooks).toMatchObject({
    name: 'Webhooks (Actions)',
    supportedMethods: { track: true, identify: true, group: true, alias: true, pageview: true },
    options: [{ name: 'sharedSecret', type: 'password', sensitive: true, required: false }],
    actions: [{ slug: 'send', platform: 'CLOUD', hidden: false }],
    presets: [{ actionId: 'send', name: 'Send every call' }],
  })
  expect(webhooks.actions[0].fields.map(({ fieldKey }: { fieldKey: string }) => fieldKey)).toEqual([
    'url',
    'method',
    'headers',
    'data',
  ])
  const one = await api.call('GET', `${S}/catalog/destinations/actions-customerio`)
  expect(one.body.data.destinationMetadata).toEqual(tools[1])
  expect((await api.call('GET', `${S}/catalog/destinations/nothing`)).status).toBe(422)
})

it.each(Object.values(DESTINATIONS))('the definition of $name holds together', (tool) => {
  for (const action of Object.values(tool.actions)) {
    expect(() => parseFql(action.defaultTrigger)).not.toThrow()
    expect(() => refuseBadFields(action, withUsual(action, {}), false)).not.toThrow()
  }
  for (const { action, trigger, fields } of tool.presets) {
    const there = tool.actions[action]
    expect(there?.slug).toBe(action)
    expect(() => parseFql(trigger)).not.toThrow()
    expect(() => there && refuseBadFields(there, fields, false)).not.toThrow()
  }
  expect(Object.entries(tool.settings).filter(([, { type, sensitive }]) => type === 'password' && !sensitive)).toEqual([])
})

it('MAP-02 a new destination has its tool’s presets as mappings, all switched off, and gets nothing before one is on', async () => {
  const { id, send } = await source()
  const tool = await startCustomerIo()
  const destination = await connect(id, 'actions-customerio', { ...CUSTOMER_IO, baseUrl: tool.url })
  const { mappings } = (await api.call('GET', `${S}/destinations/${destination}/mappings`)).body.data
  expect(mappings.map(({ actionSlug, enabled }: { actionSlug: string; enabled: boolean }) => [actionSlug, enabled])).toEqual([
    ['createUpdatePerson', false],
    ['trackEvent', false],
    ['trackPageView', false],
    ['trackScreenView', false],
  ])
  const before = await send({ type: 'track', event: 'Early' })
  await deliver()
  expect(await fate(destination, before)).toMatchObject({ status: 'discarded', reason: 'NO_MATCHING_MAPPING' })
  const on = await api.call('PATCH', `${S}/destinations/${destination}/mappings/${mappings[1].id}`, { enabled: true })
  expect(on.body.data.mapping).toMatchObject({ enabled: true, actionId: 'trackEvent' })
  await send({ type: 'track', event: 'Late' })
  await deliver()
  expect(tool.calls.map(({ body }) => JSON.parse(body).name)).toEqual(['Late'])
})

it('MAP-03 two destinations of one tool at one source both receive; equal names are refused, at another source they are not', async () => {
  const { id, send } = await source()
  const [first, second] = [await webhook(id), await webhook(id)]
  await send({ type: 'track', event: 'Both' })
  await deliver()
  expect([first.tool.calls.length, second.tool.calls.length]).toEqual([1, 1])
  const body = { sourceId: id, metadataId: 'actions-webhook', name: 'The one' }
  expect((await api.call('POST', `${S}/destinations`, body)).status).toBe(201)
  const again = await api.call('POST', `${S}/destinations`, body)
  expect([again.status, again.body.error.message]).toEqual([409, expect.stringContaining('has a destination "The one" already')])
  expect((await api.call('POST', `${S}/destinations`, { ...body, sourceId: (await source()).id })).status).toBe(201)
  const renamed = await api.call('PATCH', `${S}/destinations/${first.id}`, { name: 'The one' })
  expect(renamed.status).toBe(409)
})

it('MAP-03 a source has at most 25 destinations of one tool', async () => {
  const { id } = await source()
  for (let n = 0; n < 25; n++) await connect(id, 'actions-webhook')
  const answer = await api.call('POST', `${S}/destinations`, { sourceId: id, metadataId: 'actions-webhook', name: 'one more' })
  expect([answer.status, answer.body.error.message]).toEqual([409, expect.stringContaining('25 destinations')])
  await connect(id, 'actions-customerio', CUSTOMER_IO)
})

it('a secret is kept sealed, never answered, need not be sent again, and goes to no other address than it was given for', async () => {
  const { id } = await source()
  const made = await connect(id, 'actions-customerio', CUSTOMER_IO)
  const path = `${S}/destinations/${made}`
  const { destination } = (await api.call('GET', path)).body.data
  expect(destination).toMatchObject({ settings: { siteId: 'site_1', region: 'US' }, secrets: ['apiKey'] })
  expect(JSON.stringify((await api.call('GET', `${S}/destinations`)).body)).not.toContain(CUSTOMER_IO.apiKey)
  const [row] = await selectRows(
    db,
    sql`select settings::text as settings from destination where space_id = 'spa_test' and id = ${made}`,
  )
  expect(row?.['settings']).not.toContain(CUSTOMER_IO.apiKey)
  expect((await api.call('PATCH', path, { settings: { region: 'EU' } })).body.data.destination).toMatchObject({
    settings: { region: 'EU', siteId: 'site_1' },
    secrets: ['apiKey'],
  })
  const moved = await api.call('PATCH', path, { settings: { baseUrl: 'https://thief.example' } })
  expect([moved.status, moved.body.error.message]).toEqual([422, expect.stringContaining('apiKey is kept for the address')])
  const both = { baseUrl: 'https://proxy.example', apiKey: 'new' }
  expect((await api.call('PATCH', path, { settings: both })).status).toBe(200)
})

it('wrong settings, tools, sources and mappings are refused with the field and what to do', async () => {
  const { id } = await source()
  const make = async (body: object) => {
    const { status, body: answer } = await api.call('POST', `${S}/destinations`, { sourceId: id, name: 'wrong', ...body })
    return [status, answer.error.message]
  }
  expect(await make({ metadataId: 'nothing' })).toEqual([422, expect.stringContaining('metadataId: "nothing" is no tool')])
  expect(await make({ metadataId: 'actions-webhook', sourceId: 'src_no' })).toEqual([404, expect.stringContaining('no source')])
  expect(await make({ metadataId: 'actions-webhook', sourceId: 'src_spa_decoy' })).toEqual([404, expect.any(String)])
  expect(await make({ metadataId: 'actions-webhook', settings: { secret: 'x' } })).toEqual([
    422,
    expect.stringContaining('settings.secret: is no setting of Webhooks (Actions)'),
  ])
  expect(await make({ metadataId: 'actions-customerio', settings: { siteId: 'x' } })).toEqual([
    422,
    'settings.apiKey: is missing',
  ])
  const region = { ...CUSTOMER_IO, region: 'MOON' }
  expect(await make({ metadataId: 'actions-customerio', settings: region })).toEqual([422, 'settings.region: is "MOON"'])
  const off = await api.call('POST', `${S}/destinations`, {
    sourceId: id,
    name: 'off',
    metadataId: 'actions-customerio',
    enabled: false,
  })
  expect(off.status).toBe(201)
  const path = `${S}/destinations/${off.body.data.destination.id}`
  expect((await api.call('PATCH', path, { enabled: true })).status).toBe(422)
  const mapping = await api.call('POST', `${path}/mappings`, { name: 'm', actionId: 'send' })
  expect(mapping.body.error.message).toBe('actionId: "send" is no action of this tool')
  expect((await decoy.call('GET', `/spaces/spa_decoy/destinations/${off.body.data.destination.id}`)).status).toBe(404)
})

it('a mapping is found, changed and deleted under Segment’s name for it as under ours', async () => {
  const { id } = await source()
  const destination = await connect(id, 'actions-webhook')
  const at = `${S}/destinations/${destination}`
  const made = await api.call('POST', `${at}/subscriptions`, {
    name: 'theirs',
    actionId: 'send',
    settings: { url: 'https://a.example' },
  })
  expect(made.body.data.subscription).toMatchObject({
    name: 'theirs',
    enabled: false,
    settings: { url: 'https://a.example', method: 'POST' },
  })
  const mappingId = made.body.data.subscription.id
  expect((await api.call('GET', `${at}/mappings/${mappingId}`)).body.data.mapping).toEqual(made.body.data.subscription)
  await api.call('PATCH', `${at}/subscriptions/${mappingId}`, { trigger: 'type = "identify"' })
  const { mappings } = (await api.call('GET', `${at}/mappings`)).body.data
  expect(mappings.find((mapping: { id: string }) => mapping.id === mappingId).trigger).toBe('type = "identify"')
  expect((await api.call('DELETE', `${at}/mappings/${mappingId}`)).status).toBe(200)
  expect((await api.call('GET', `${at}/subscriptions/${mappingId}`)).status).toBe(404)
})

it('A09 a copy of a mapping says the same and is switched off', async () => {
  const { id } = await source()
  const destination = await connect(id, 'actions-webhook')
  const original = await map(destination, {
    name: 'orders',
    trigger: 'event = "Order"',
    settings: { url: 'https://a.example', data: { a: 1 } },
  })
  const at = `${S}/destinations/${destination}/mappings`
  await api.call('PATCH', `${at}/${original}`, { settings: { url: 'https://b.example' } })
  const copy = (await api.call('POST', `${at}/${original}/copies`)).body.data.mapping
  const there = (await api.call('GET', `${at}/${original}`)).body.data.mapping
  expect(copy).toMatchObject({
    name: 'orders (Copy)',
    enabled: false,
    trigger: there.trigger,
    settings: there.settings,
    actionId: 'send',
  })
  expect(copy.id).not.toBe(original)
  expect((await api.call('POST', `${at}/map_no/copies`)).status).toBe(404)
})

it('A09 a 51st mapping is refused, as one made or copied', async () => {
  const { id } = await source()
  const destination = await connect(id, 'actions-webhook')
  for (let n = 0; n < 49; n++) await map(destination, { enabled: false, settings: {} })
  const answer = await api.call('POST', `${S}/destinations/${destination}/mappings`, { name: 'x', actionId: 'send' })
  expect([answer.status, answer.body.error.message]).toEqual([409, expect.stringContaining('50 mappings already')])
  const [first] = (await api.call('GET', `${S}/destinations/${destination}/mappings`)).body.data.mappings
  expect((await api.call('POST', `${S}/destinations/${destination}/mappings/${first.id}/copies`)).status).toBe(409)
})

it('a destination that is deleted takes its mappings, its filters and what waits for it along', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  await send({ type: 'track', event: 'Waiting' })
  expect((await api.call('DELETE', `${S}/destinations/${hook.id}`)).status).toBe(200)
  await send({ type: 'track', event: 'Later' })
  await deliver()
  expect(hook.tool.calls).toEqual([])
  for (const table of ['mapping', 'event_delivery'])
    expect(await selectRows(db, sql`select * from ${sql.table(table)} where destination_id = ${hook.id}`), table).toEqual([])
})
