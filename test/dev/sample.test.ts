import { expect, it } from 'vitest'
import { Condition } from '../../src/audience/condition.ts'
import { historyCalls } from '../../src/dev/sample/calls.ts'
import { readCustomers } from '../../src/dev/sample/purchases.ts'
import { inBatches } from '../../src/dev/sample/send.ts'
import { createShop } from '../../src/dev/sample/shop.ts'
import { readNouns } from '../../src/dev/sample/space.ts'
import { readTemplateFiles } from '../../src/dev/sample/template-files.ts'
import { JourneyDefinition } from '../../src/journey/definition.ts'
import { NewTemplateContent } from '../../src/template/source.ts'

const NOW = new Date('2026-03-15T10:00:00Z')
const customers = readCustomers()
const people = historyCalls(customers, NOW)
const calls = people.flat()
const identifies = calls.filter((call) => call.type === 'identify')
const orders = calls.filter((call) => call.event === 'Order Completed')

it('the history is the real one: 2,357 people, 6,919 purchases, the last yesterday, nothing later', () => {
  expect(identifies).toHaveLength(2_357)
  expect(orders).toHaveLength(6_919)
  expect(
    orders
      .map((call) => call.timestamp.slice(0, 10))
      .toSorted()
      .at(-1),
  ).toBe('2026-03-14')
  // Fader, Hardie, Lee 2005: in the first 39 weeks 1,411 of 2,357 did not buy again.
  const firstDay = Math.min(...customers.flatMap((customer) => customer.purchases.map((purchase) => purchase.day)))
  const once = customers.filter(
    (customer) => new Set(customer.purchases.map(({ day }) => day).filter((day) => day < firstDay + 39 * 7)).size === 1,
  )
  expect(once).toHaveLength(1_411)
})

it('the same day gives the same history, and every message its own id', () => {
  expect(historyCalls(readCustomers(), new Date('2026-03-15T23:00:00Z'))).toEqual(people)
  expect(new Set(calls.map((call) => call.messageId)).size).toBe(calls.length)
  for (const own of people) expect(own.map((call) => call.timestamp)).toEqual(own.map((call) => call.timestamp).toSorted())
})

it('nobody shares an address, and none is real', () => {
  const traits = identifies.map((call) => call.traits ?? {})
  const emails = traits.map((each) => String(each['email']))
  const phones = traits.flatMap((each) => (typeof each['phone'] === 'string' ? [each['phone']] : []))
  expect(new Set(emails).size).toBe(2_357)
  expect(new Set(phones).size).toBe(phones.length)
  expect(phones.length).toBeGreaterThan(1_500)
  for (const email of emails) expect(email).toMatch(/^[a-z]+\.[a-z]+\.\d+@example\.com$/)
  for (const phone of phones) expect(phone).toMatch(/^\+1[2-9]\d{2}55501\d{2}$/)
})

it('every channel has all four states', () => {
  const context = identifies.map((call) => call.context ?? {})
  const ids = context.flatMap((each) => each['externalIds'] as readonly { type: string }[])
  const states = context.flatMap((each) => (each['messaging_subscriptions'] ?? []) as readonly { type: string; status: string }[])
  const known = {
    EMAIL: 2_357,
    SMS: ids.filter(({ type }) => type === 'phone').length,
    PUSH: ids.filter(({ type }) => type.endsWith('push_token')).length,
  }
  for (const [channel, all] of Object.entries(known)) {
    const own = states.filter(({ type }) => type.endsWith(channel))
    for (const status of ['SUBSCRIBED', 'UNSUBSCRIBED', 'DID_NOT_SUBSCRIBE'])
      expect(own.filter((each) => each.status === status).length / all).toBeGreaterThan(0.04)
    expect((all - own.length) / all).toBeGreaterThan(0.03)
  }
})

it('batches hold whole people, in the size that the front door takes', () => {
  const batches = inBatches(people)
  expect(batches.flat()).toEqual(calls)
  for (const batch of batches) {
    expect(Buffer.byteLength(JSON.stringify({ batch }))).toBeLessThan(500_000)
    expect(batch.length).toBeLessThanOrEqual(2_500)
  }
  const parts = batches.map((batch) => new Set(batch.map(({ userId }) => userId)).size)
  expect(parts.reduce((sum, each) => sum + each, 0)).toBe(2_357)
})

it('audiences, journeys and templates of the sample have the shapes that the API takes', () => {
  const audiences = readNouns('audiences')
  expect(audiences).toHaveLength(5)
  for (const { definition } of audiences) Condition.parse((definition as { condition: unknown }).condition)
  const templates = readTemplateFiles()
  for (const template of templates) NewTemplateContent.parse(template)
  for (const { definition } of readNouns('journeys')) {
    const sends = Object.values(JourneyDefinition.parse(definition).steps).filter((step) => step.type === 'send')
    for (const send of sends)
      expect(templates.map(({ key, channel }) => [key, channel])).toContainEqual([send.template, send.channel])
  }
})

it('the shop buys within the first seconds, several times, and new people come', () => {
  let state = 1
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const start = NOW.getTime()
  const shop = createShop(customers, 2_357, start, random)
  const minute = Array.from({ length: 240 }, (_, tick) => shop.tick(start + tick * 250)).flat()
  const count = (what: string): number => minute.filter((call) => (call.event ?? call.type) === what).length
  expect(count('Order Completed')).toBeGreaterThan(60)
  expect(count('identify')).toBeGreaterThan(8)
  expect(count('Product Viewed')).toBeGreaterThan(100)
  expect(new Set(minute.map((call) => call.messageId)).size).toBe(minute.length)
})
