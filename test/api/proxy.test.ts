import { expect, it } from 'vitest'
import { createServer } from '../../src/api/server.ts'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const api = await testApi(database)

it('SRC-21 behind a proxy that is trusted a person’s address is theirs, and nobody else can say another', async () => {
  const direct = { type: 'track', userId: 'u', event: 'E', context: { direct: true } }
  const forwarded = { 'x-forwarded-for': '203.0.113.9' }
  const ipOf = async (trustProxy: readonly string[] | undefined, messageId: string): Promise<unknown> => {
    const behind = await createServer({ ...api.door, config: { ...api.door.config, trustProxy } })
    await post(behind, '/v1/track', { ...direct, messageId }, { ...basic(api.writeKey), ...forwarded })
    await behind.close()
    return (await eventsOf(db, api.spaceId)).find((event) => event['message_id'] === messageId)?.['context'].ip
  }
  expect(await ipOf(undefined, 'no proxy')).toBe('127.0.0.1')
  expect(await ipOf(['127.0.0.1'], 'our proxy')).toBe('203.0.113.9')
  expect(await ipOf(['10.0.0.1'], 'another')).toBe('127.0.0.1')
})
