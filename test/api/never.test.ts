import { expect, it } from 'vitest'
import { create } from '../../src/audience/save.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { did, hour, makePartitions } from '../audience/support/world.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
await makePartitions(db)
const now = hour(0)
const api = await testApi(database, 'spa_test', () => now)
const SPACE = '/spaces/spa_test'

it('AUD-01 a measured number that shall be what is no number is refused at the door, and what is stored goes on', async () => {
  const NEVER = "event('Order').count() = 'abc'"
  const condition = did('Order', { operator: 'equals', value: 'abc' })
  const send = async (method: 'POST' | 'PATCH', path: string, body: object) => {
    const answer = await api.call(method, `${SPACE}/${path}`, body)
    return [answer.status, answer.body.error?.problems?.[0]?.field, answer.body.error?.message]
  }
  const said = expect.stringContaining('line 1, column 26: “abc” is no number, so a measured number is never that')
  const field = 'definition.condition.compare.value'
  for (const path of ['audiences', 'audiences/previews']) {
    const named = path === 'audiences' ? { name: 'Never' } : {}
    expect(await send('POST', path, { ...named, definition: { query: NEVER } })).toEqual([422, field, said])
    expect(await send('POST', path, { ...named, definition: { condition } })).toEqual([422, field, expect.any(String)])
  }
  for (const query of [
    "NOT event('Order').sum('price').one_of('a', 'b')",
    "event('Order').where(NOT event('Paid').count() = true).count() >= 1",
    "event('Order').count() = 2026-01-01",
  ])
    expect((await send('POST', 'audiences', { name: 'Never', definition: { query } }))[0], query).toBe(422)
  const trait = { name: 'Never', definition: { query: `event('A').where(${NEVER}).count()` } }
  expect((await send('POST', 'computed-traits', trait)).slice(0, 2)).toEqual([422, 'definition.event.where.compare.value'])
  for (const query of [
    "event('Order').count() = '2'",
    "event('Order').count().one_of('abc', 2)",
    "event('Order').first('x') = 'abc'",
  ])
    expect((await send('POST', 'audiences/previews', { definition: { query } }))[0], query).toBe(200)

  const act = { spaceId: 'spa_test', by: 'earlier', now }
  const stored = {
    name: 'Stored never',
    description: '',
    enabled: true,
    definition: condition as unknown as JsonObject,
    options: {},
  }
  await create(db, 'audience', act, 'aud_never', stored)
  expect((await send('PATCH', 'audiences/aud_never', { name: 'Renamed', enabled: false }))[0]).toBe(200)
})
