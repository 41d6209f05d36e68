import { expect, it } from 'vitest'
import { basic, eventsOf, post } from '../support/calls.ts'
import { delivering } from './support.ts'

const { api, db, S, source, webhook, deliver, rows } = await delivering()
let count = 0
const filter = async (integrationId: string, condition: string): Promise<string> => {
  const answer = await api.call('POST', `${S}/filters`, {
    integrationId,
    name: `filter ${count++}`,
    if: condition,
    enabled: true,
  })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body.data.filter.id
}
const stored = async (name: string) => (await eventsOf(db, 'spa_test')).some((event) => event.name === name)
const here = async () => {
  const { id, send, writeKey } = await source()
  const { bodies } = await webhook(id)
  const result = async (call: object) =>
    (await post(api.server, '/v1/track', { userId: 'zoe', ...call }, basic(writeKey))).body.results[0]
  const arrived = async () => {
    await deliver()
    return bodies().map(({ event }: { event: string }) => event)
  }
  return { id, send, result, arrived, bodies }
}

it('ING-18 what a filter of the space drops reaches no profile, and still flows to the destinations of its source, once', async () => {
  const at = await here()
  await filter('spa_test', "event = 'Not here'")
  const call = { event: 'Not here', messageId: 'not here', properties: { some: 'thing' } }
  expect(await at.result(call)).toMatchObject({ status: 'dropped', code: 'event_filter' })
  await at.result(call)
  expect(await at.arrived()).toEqual(['Not here'])
  expect(at.bodies()[0]).toMatchObject({ userId: 'zoe', messageId: 'not here', properties: { some: 'thing' } })
  expect(await stored('Not here')).toBe(false)
  expect(JSON.stringify(await rows('profile'))).not.toContain('zoe')
})

it('ING-20 so does what a filter of the space cannot decide', async () => {
  const at = await here()
  await filter('spa_test', "event = 'Odd' and properties.size > 5")
  expect(await at.result({ event: 'Odd', properties: { size: 'x' } })).toMatchObject({ status: 'dropped' })
  expect(await at.arrived()).toEqual(['Odd'])
})

it('ING-18 what a filter or a switch of its source drops goes nowhere, whether the space wants it or not', async () => {
  const at = await here()
  await filter('spa_test', "event = 'Neither' or event = 'Switched off' or event = 'Only there'")
  await filter(at.id, "event = 'Neither' or event = 'Own'")
  await at.result({ event: 'Switched off' })
  await at.arrived()
  const switched = { type: 'track', name: 'Switched off', enabled: false }
  expect((await api.call('PATCH', `${S}/sources/${at.id}/switches`, switched)).status).toBeLessThan(300)
  for (const event of ['Neither', 'Own', 'Switched off', 'Only there'])
    expect((await at.result({ event })).status).toBe('dropped')
  expect(await at.arrived()).toEqual(['Switched off', 'Only there'])
})

it('CNS-05 of who is suppressed nothing flows on', async () => {
  const at = await here()
  await filter('spa_test', "event = 'Suppressed'")
  await api.call('POST', `${S}/regulations`, { regulationType: 'SUPPRESS_ONLY', subjectIds: ['zoe'] })
  expect(await at.result({ event: 'Suppressed' })).toMatchObject({ status: 'dropped', code: 'user_suppressed' })
  expect(await at.arrived()).toEqual([])
  await api.call('POST', `${S}/regulations`, { regulationType: 'UNSUPPRESS', subjectIds: ['zoe'] })
})

it('ING-18 a call that its tracking plan blocks goes nowhere, though a filter of the space dropped it first', async () => {
  const at = await here()
  await filter('spa_test', "event = 'Surprise' or event = 'Planned'")
  const made = await api.call('POST', `${S}/tracking-plans`, { name: 'Plan', type: 'LIVE' })
  const plan = `${S}/tracking-plans/${made.body.data.trackingPlan.id}`
  const rules = [{ type: 'TRACK', key: 'Planned', version: 1, jsonSchema: { type: 'object' } }]
  expect((await api.call('PUT', `${plan}/rules`, { rules })).status).toBe(200)
  expect((await api.call('POST', `${plan}/sources`, { sourceId: at.id })).status).toBe(200)
  const controls = await api.call('PATCH', `${S}/sources/${at.id}/settings`, { track: { allowUnplannedEvents: false } })
  expect(controls.status).toBe(200)
  for (const event of ['Surprise', 'Planned']) expect((await at.result({ event })).code).toBe('event_filter')
  expect(await at.arrived()).toEqual(['Planned'])
  const violations = await api.call('GET', `${S}/violations?sourceId=${at.id}`)
  expect(violations.body.data.violations).toEqual([])
})
