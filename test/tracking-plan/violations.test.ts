import { expect, it } from 'vitest'
import { basic, post } from '../support/calls.ts'
import { planned, trackRule, traitsRule } from './support/planned.ts'

let now = new Date('2026-03-10T12:00:00Z')
const { api, S, connected, stored } = await planned(() => now)

const CHECKOUT = trackRule(
  'Checkout',
  {
    products: { type: 'array', items: { type: 'object', properties: { price: { type: 'number' } } } },
    integer: { type: 'integer' },
    season: { type: ['string', 'null'], pattern: '^(fall|winter|spring)$' },
    only: { type: 'string' },
    size: { type: 'string', enum: ['S', 'M'] },
  },
  { required: ['products'] },
)
const OK = { products: [] }

it('PRO-09 names are exact: another spelling is unplanned', async () => {
  const { send, violations } = await connected([trackRule('Subscription Cancelled', {})], {
    track: { allowUnplannedEvents: false },
  })
  expect((await send({ event: 'Subscription Cancelled' })).result.status).toBe('stored')
  for (const event of ['subscription_cancelled', 'Subscription cancelled', 'Subscription Cancelled '])
    expect((await send({ event })).result).toMatchObject({ status: 'dropped', code: 'unplanned' })
  expect(await violations()).toEqual([])
})

it('PRO-10 what is required, a type and a pattern are violations with Segment’s texts, counted, each with a call as example', async () => {
  const { send, violations, planId } = await connected([CHECKOUT])
  await send({ event: 'Checkout', properties: { integer: 1 } })
  const typed = await send({ event: 'Checkout', properties: { ...OK, integer: 1.5 } })
  await send({ event: 'Checkout', properties: { ...OK, integer: 'one' } })
  await send({ event: 'Checkout', properties: { ...OK, integer: 'two' } })
  await send({ event: 'Checkout', properties: { ...OK, season: 'summer', size: 'L' } })
  await send({ event: 'Checkout', properties: { ...OK, integer: 2, season: 'fall' } })
  const found = await violations()
  expect(found.map(({ type, field, description, count }) => [type, field, description, count])).toEqual(
    expect.arrayContaining([
      ['Required', 'properties.products', 'properties.products is required', 1],
      ['Invalid Type', 'properties.integer', 'Invalid type. Expected: integer, given: number', 1],
      ['Invalid Type', 'properties.integer', 'Invalid type. Expected: integer, given: string', 2],
      ['Invalid Value', 'properties.season', "Does not match pattern '^(fall|winter|spring)$'", 1],
      ['Invalid Value', 'properties.size', 'properties.size must be one of the following: "S", "M"', 1],
    ]),
  )
  expect(found).toHaveLength(5)
  expect(found[0]).toMatchObject({ trackingPlanId: planId, event: 'Checkout', eventType: 'track', blocked: 0 })
  expect(JSON.parse(String(found[0]?.['sample']))).toMatchObject({ event: 'Checkout', properties: { integer: 'one' } })
  expect(typed.stored?.['context'].protocols.violations).toEqual([
    { type: 'Invalid Type', field: 'properties.integer', description: 'Invalid type. Expected: integer, given: number' },
  ])
})

it('PRO-10 a rule that no call can be asked about is a violation itself, and what it is asked about is stored', async () => {
  const endless = { $ref: '#/properties/properties/properties/tree' }
  const { send } = await connected([trackRule('Grown', { tree: { allOf: [endless] } })])
  const grown = await send({ event: 'Grown', properties: { tree: {} } })
  expect(grown.result.status).toBe('stored')
  expect(grown.stored?.['context'].protocols.violations).toEqual([
    { type: 'Invalid Value', field: '(root)', description: expect.stringMatching(/^Cannot be asked: /) },
  ])
})

it('PRO-10 a word of the validator’s own in a schema changes nothing of its answer', async () => {
  const rule = trackRule('Later', { p: { type: 'string' } }, { required: ['p'] })
  const { send } = await connected([{ ...rule, jsonSchema: { ...rule.jsonSchema, $async: true } }])
  const broken = await send({ event: 'Later', properties: {} })
  expect(broken.stored?.['context'].protocols.violations).toMatchObject([{ type: 'Required', field: 'properties.p' }])
})

it('PRO-10 the same call sent again has broken its plan once, and a call that keeps to it is stored as it came', async () => {
  const { send, violations } = await connected([CHECKOUT])
  const twice = { event: 'Checkout', messageId: 'same', properties: { ...OK, integer: 'x' } }
  expect([(await send(twice)).result.status, (await send(twice)).result.status]).toEqual(['stored', 'duplicate'])
  expect((await violations()).map(({ count }) => count)).toEqual([1])
  expect((await send({ event: 'Checkout', properties: OK, context: { a: 1 } })).stored?.['context']).toEqual({ a: 1 })
})

it('PRO-11 null breaks a type unless it is allowed in addition', async () => {
  const { send, violations } = await connected([CHECKOUT])
  await send({ event: 'Checkout', properties: { ...OK, season: null } })
  await send({ event: 'Checkout', properties: { ...OK, season: 'winter' } })
  expect(await violations()).toEqual([])
  await send({ event: 'Checkout', properties: { ...OK, only: null } })
  expect((await violations()).map(({ description }) => description)).toEqual(['Invalid type. Expected: string, given: null'])
})

it('PRO-12 a wrong type inside an array is reported with its path, whichever item it is', async () => {
  const { send, violations } = await connected([CHECKOUT])
  await send({ event: 'Checkout', properties: { products: [{ price: 1 }, { price: '2' }, { price: '3' }] } })
  expect((await violations()).map(({ field, count }) => [field, count])).toEqual([['properties.products.$.price', 1]])
})

it('PRO-13 event_version names the version; none, a fraction or an unknown one means the oldest', async () => {
  const { send, violations } = await connected([
    { ...trackRule('V', { a: { type: 'string' } }), version: 2 },
    { ...trackRule('V', { a: { type: 'boolean' } }), version: 3 },
  ])
  const sent = async (version: unknown, a: unknown): Promise<boolean> => {
    const { stored: event } = await send({
      event: 'V',
      properties: { a },
      context: version === undefined ? {} : { protocols: { event_version: version } },
    })
    return event?.['context'].protocols?.violations === undefined
  }
  expect([await sent(3, true), await sent(3, 'x'), await sent(2, 'x'), await sent(2, true)]).toEqual([true, false, true, false])
  for (const version of [undefined, 3.2, '3', 9, null])
    expect([await sent(version, 'x'), await sent(version, true)]).toEqual([true, false])
  expect((await violations()).length).toBeGreaterThan(0)
})

it('PRO-14 the common rule is asked of every call, and its combinators are reported at the root', async () => {
  const { send, violations, planId } = await connected([
    {
      type: 'COMMON',
      key: '',
      version: 1,
      jsonSchema: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: {
          context: {
            type: 'object',
            properties: { device: { type: 'object', required: ['advertisingId'] } },
            required: ['device'],
          },
        },
        if: { properties: { type: { const: 'track' } } },
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
        then: { required: ['anonymousId'] },
        allOf: [{ required: ['userId'] }],
      },
    },
  ])
  await send({ type: 'identify', context: { device: {} } })
  await send({ type: 'track', event: 'E', context: { device: { advertisingId: 'x' } } })
  const found = (await violations()).map(({ eventType, field, description }) => `${eventType} ${field}: ${description}`)
  expect(found.toSorted()).toEqual([
    'identify context.device.advertisingId: context.device.advertisingId is required',
    'track (root): Must validate "then" as "if" was valid',
    'track anonymousId: anonymousId is required',
  ])
  const asked = await api.call('POST', `${S}/tracking-plans/${planId}/validations`, {
    call: { type: 'page', context: { device: { advertisingId: 'x' } } },
  })
  expect(asked.body.data.violations.map(({ field, description }: Record<string, string>) => `${field}: ${description}`)).toEqual([
    'userId: userId is required',
    '(root): Must validate all the schemas',
  ])
})

it('PRO-24 violations of an hour, a day or a week, by source and event; a page is counted by its name', async () => {
  const { send, violations } = await connected([
    trackRule('E', { n: { type: 'number' } }),
    { type: 'PAGE', key: '', version: 1, jsonSchema: { properties: { properties: { required: ['url'] } } } },
    traitsRule('IDENTIFY', { age: { type: 'number' } }),
  ])
  const start = now
  await send({ event: 'E', properties: { n: 'old' } })
  now = new Date(start.getTime() + 3 * 3_600_000)
  await send({ type: 'page', name: 'Home', properties: {} })
  await send({ type: 'page', name: 'Cart', properties: {} })
  await send({ type: 'identify', traits: { age: 'x' } })
  const names = async (search: string) =>
    (await violations(search)).map(({ event, eventType }) => `${eventType} ${event}`.trim()).toSorted()
  expect(await names('&window=1h')).toEqual(['identify', 'page Cart', 'page Home'])
  expect(await names('&window=24h')).toEqual(['identify', 'page Cart', 'page Home', 'track E'])
  expect(await names('&window=24h&event=Cart')).toEqual(['page Cart'])
  now = new Date(start.getTime() + 6 * 86_400_000)
  expect([await names('&window=24h'), (await names('&window=7d')).length]).toEqual([[], 4])
  now = start
})

it('PRO-31 a call can be asked about without being stored: the violations, and what would be delivered', async () => {
  const { planId, id, violations } = await connected([CHECKOUT], { track: { allowPropertiesOnViolations: false } })
  const call = { type: 'track', event: 'Checkout', userId: 'dry', messageId: 'dry', properties: { ...OK, integer: 'x' } }
  const path = `${S}/tracking-plans/${planId}/validations`
  const asked = await api.call('POST', path, { call })
  expect(asked.body.data).toMatchObject({ result: 'change', violations: [{ type: 'Invalid Type', field: 'properties.integer' }] })
  const withControls = await api.call('POST', path, { call, sourceId: id })
  expect(withControls.body.data.delivered.properties).toEqual(OK)
  expect((await api.call('POST', path, { call: { ...call, properties: OK } })).body.data).toEqual({
    result: 'pass',
    violations: [],
  })
  expect([await violations(), await stored('message_id', 'dry')]).toEqual([[], undefined])
})

it('PRO-10 a change of the plan holds for the next call, in all its sources', async () => {
  const { send, planId } = await connected([trackRule('E', { n: { type: 'number' } })])
  expect((await send({ event: 'E', properties: { n: 1 } })).stored?.['context'].protocols).toBeUndefined()
  await api.call('PATCH', `${S}/tracking-plans/${planId}/rules`, { rules: [trackRule('E', { n: { type: 'string' } })] })
  expect((await send({ event: 'E', properties: { n: 1 } })).stored?.['context'].protocols.violations).toHaveLength(1)
  await api.call('DELETE', `${S}/tracking-plans/${planId}`)
  expect((await send({ event: 'E', properties: { n: 1 } })).stored?.['context'].protocols).toBeUndefined()
  expect((await post(api.server, '/v1/track', { userId: 'a', event: 'E' }, basic(api.writeKey))).status).toBe(200)
})
