import { expect, it } from 'vitest'
import { CUSTOMER_IO, startCustomerIo } from '../support/fakes/customer-io.ts'
import { delivering } from './support.ts'

const { api, decoy, S, source, connect, webhook, deliver, map, fate } = await delivering()
const WEBHOOK = 'Webhooks (Actions)'
const NO_CONSENT = 'FILTERED_BY_END_USER_CONSENT'
const BY_OBJECT = 'FILTERED_BY_INTEGRATIONS_OBJECT'

// Webhooks need two consents, Customer.io none.
for (const id of ['Advertising', 'analytics'])
  await api.call('POST', `${S}/consent-categories`, { id, name: id, destinations: ['actions-webhook'] })
await decoy.call('POST', '/spaces/spa_decoy/consent-categories', { id: 'other', name: 'x', destinations: ['actions-customerio'] })
const { id, send } = await source()
const hook = await webhook(id)
const tool = await startCustomerIo()
const customerIo = await connect(id, 'actions-customerio', { ...CUSTOMER_IO, baseUrl: tool.url })
await map(customerIo, { actionId: 'trackEvent', trigger: 'type = "track"' })

const fates = async (consent: object | undefined, more: object = {}) => {
  const messageId = await send({ type: 'track', event: 'Click', ...(consent ? { context: { consent } } : {}), ...more })
  await deliver()
  const of = async (destination: string) => {
    const { reason, status } = await fate(destination, messageId)
    return reason ?? status
  }
  return [await of(hook.id), await of(customerIo)]
}
const prefs = (categoryPreferences: object) => ({ categoryPreferences })
const ALL = prefs({ Advertising: true, analytics: true })

it.each<readonly [string, object | undefined, string]>([
  ['no consent object', undefined, 'delivered'],
  ['an empty consent object', {}, 'delivered'],
  ['no preferences in it', prefs({}), NO_CONSENT],
  ['both consents', ALL, 'delivered'],
  ['one of two', prefs({ Advertising: true }), NO_CONSENT],
  ['one refused', prefs({ Advertising: true, analytics: false }), NO_CONSENT],
  ['an id in other letters', prefs({ advertising: true, analytics: true }), NO_CONSENT],
  ['a category that nobody knows beside', prefs({ Advertising: true, analytics: true, Unknown: false }), 'delivered'],
])('C01 C02 %s: the mapped tool and the unmapped one', async (_, consent, mapped) => {
  expect(await fates(consent)).toEqual([mapped, 'delivered'])
})

it.each<readonly [string, object | undefined, object, string, string]>([
  ['consent, and the tool refused', ALL, { [WEBHOOK]: false }, BY_OBJECT, 'delivered'],
  ['consent, and the tool named', ALL, { [WEBHOOK]: true }, 'delivered', 'delivered'],
  ['consent, and another named', ALL, { 'Customer.io (Actions)': true }, 'delivered', 'delivered'],
  ['consent, and the other refused', ALL, { 'Customer.io (Actions)': false }, 'delivered', BY_OBJECT],
  ['consent, and all refused', ALL, { All: false }, BY_OBJECT, BY_OBJECT],
  ['no consent, and the tool named', prefs({ Advertising: false }), { [WEBHOOK]: true }, NO_CONSENT, 'delivered'],
  ['no consent, and the tool refused', prefs({ Advertising: false }), { [WEBHOOK]: false }, NO_CONSENT, 'delivered'],
  ['no consent, and the other refused', prefs({}), { 'Customer.io (Actions)': false }, NO_CONSENT, BY_OBJECT],
  ['an empty consent object, and the tool named', {}, { [WEBHOOK]: true }, NO_CONSENT, 'delivered'],
  ['an empty consent object, and an empty one of integrations', {}, {}, 'delivered', 'delivered'],
  ['no consent object, and the tool named', undefined, { [WEBHOOK]: true }, 'delivered', 'delivered'],
])('C03 %s', async (_, consent, integrations, mapped, unmapped) => {
  expect(await fates(consent, { integrations })).toEqual([mapped, unmapped])
})

it('C01 what somebody chose is told to every tool, whatever they chose', async () => {
  expect(await fates(prefs({}), { event: 'Segment Consent Preference Updated' })).toEqual(['delivered', 'delivered'])
})

it('C02 a category that is switched off, or deleted, is asked for no more; an id is one of a space', async () => {
  const path = `${S}/consent-categories`
  const make = (body: object) => api.call('POST', path, { name: 'x', ...body })
  expect((await make({ id: 'Advertising' })).status).toBe(409)
  expect((await make({ id: '1st' })).status).toBe(422)
  expect((await make({ id: 'x'.repeat(35) })).status).toBe(422)
  expect((await make({ id: 'fine', destinations: ['nothing'] })).body.error.message).toContain('destinations: names "nothing"')
  expect((await decoy.call('GET', '/spaces/spa_decoy/consent-categories/Advertising')).status).toBe(404)
  await api.call('PATCH', `${path}/Advertising`, { enabled: false })
  expect(await fates(prefs({ analytics: true }))).toEqual(['delivered', 'delivered'])
  await api.call('DELETE', `${path}/analytics`)
  expect(await fates(prefs({}))).toEqual(['delivered', 'delivered'])
  const moved = await api.call('PATCH', `${path}/Advertising`, { enabled: true, destinations: ['actions-customerio'] })
  expect(moved.body.data.consentCategory).toMatchObject({ destinations: ['actions-customerio'], enabled: true })
  expect(await fates(prefs({}))).toEqual(['delivered', NO_CONSENT])
})
