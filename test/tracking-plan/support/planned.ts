import { expect } from 'vitest'
import type { JsonObject } from '../../../src/base/json.ts'
import { basic, eventsOf, post } from '../../support/calls.ts'
import { freshDatabase } from '../../support/database.ts'
import { testApi } from '../../support/server.ts'

/** A rule of a track event whose properties are these. */
export const trackRule = (key: string, properties: object, more: object = {}) => ({
  type: 'TRACK',
  key,
  version: 1,
  jsonSchema: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { context: {}, traits: {}, properties: { type: 'object', properties, ...more } },
    ...('required' in more ? { required: ['properties'] } : {}),
  },
})

/** A rule of identify or group calls whose traits are these. */
export const traitsRule = (type: 'IDENTIFY' | 'GROUP', traits: object) => ({
  type,
  key: '',
  version: 1,
  jsonSchema: { type: 'object', properties: { traits: { type: 'object', properties: traits } } },
})

/** A space with an API of its own, and sources that are connected to plans of their own. */
export const planned = async (now: () => Date = () => new Date('2026-03-10T12:00:00Z')) => {
  const database = await freshDatabase()
  const { db } = database
  const api = await testApi(database, 'spa_test', now)
  const S = '/spaces/spa_test'
  let count = 0
  const source = async (): Promise<{ id: string; writeKey: string }> => {
    const made = await api.call('POST', `${S}/sources`, { name: `source ${count++}` })
    const { id, writeKeys } = made.body.data.source
    return { id, writeKey: writeKeys[0] }
  }
  const plan = async (rules: readonly object[], name = `Plan ${count++}`): Promise<string> => {
    const made = await api.call('POST', `${S}/tracking-plans`, { name, type: 'LIVE' })
    const { id } = made.body.data.trackingPlan
    const written = await api.call('PUT', `${S}/tracking-plans/${id}/rules`, { rules })
    expect(written.status, JSON.stringify(written.body)).toBe(200)
    return id
  }
  const connect = (planId: string, sourceId: string) => api.call('POST', `${S}/tracking-plans/${planId}/sources`, { sourceId })
  const connected = async (rules: readonly object[], settings?: object) => {
    const [own, planId] = [await source(), await plan(rules)]
    expect((await connect(planId, own.id)).status).toBe(200)
    if (settings) {
      const patched = await api.call('PATCH', `${S}/sources/${own.id}/settings`, settings)
      expect(patched.status, JSON.stringify(patched.body)).toBe(200)
    }
    const send = async (call: object) => {
      const messageId = `m ${count++}`
      const answer = await post(
        api.server,
        '/v1/batch',
        { batch: [{ type: 'track', userId: 'ada', messageId, ...call }] },
        basic(own.writeKey),
      )
      return { result: answer.body.results[0], stored: await stored('message_id', answer.body.results[0].messageId ?? '') }
    }
    const violations = async (search = '') =>
      (await api.call('GET', `${S}/violations?sourceId=${own.id}${search}`)).body.data.violations as readonly JsonObject[]
    return { ...own, planId, send, violations }
  }
  const stored = async (field: string, value: string) => (await eventsOf(db, 'spa_test')).find((event) => event[field] === value)
  return { api, db, S, source, plan, connect, connected, stored }
}
