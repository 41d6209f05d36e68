import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { createDeliveries, type DrainContext } from '../../src/destination/drain.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { type Answering, startFake } from '../support/fakes/http.ts'
import { testApi } from '../support/server.ts'

export const EVERY_CALL = 'type != ""'
type Body = Readonly<Record<string, unknown>>

/** What a decoy's rows must never become part of: another space with the same ids, names and calls. */
const furnish = async (space: Awaited<ReturnType<typeof testApi>>, url: string) => {
  const at = `/spaces/${space.spaceId}`
  const answer = await space.call('POST', `${at}/destinations`, {
    sourceId: `src_${space.spaceId}`,
    metadataId: 'actions-webhook',
    name: 'Decoy',
  })
  const { id } = answer.body.data.destination
  await space.call('POST', `${at}/destinations/${id}/mappings`, {
    name: 'all',
    actionId: 'send',
    enabled: true,
    settings: { url },
  })
  await post(space.server, '/v1/track', { userId: 'ada', event: 'Decoy', messageId: 'm 1' }, basic(space.writeKey))
}

/** A space with a source, its destinations, tools that answer as told, and a decoy space beside it whose calls wait for a tool of its own. */
export const delivering = async () => {
  const database = await freshDatabase()
  const { db } = database
  let clock = new Date('2026-03-10T12:00:00Z')
  const now = () => clock
  const api = await testApi(database, 'spa_test', now)
  const decoy = await testApi(database, 'spa_decoy', now)
  const trap = await startFake(() => ({ status: 200 }))
  await furnish(decoy, trap.url)
  const S = '/spaces/spa_test'
  let count = 0

  const source = async () => {
    const { id, writeKeys } = (await api.call('POST', `${S}/sources`, { name: `source ${count++}` })).body.data.source
    const send = async (call: Body): Promise<string> => {
      const messageId = `m ${count++}`
      const answer = await post(api.server, '/v1/batch', { batch: [{ userId: 'ada', messageId, ...call }] }, basic(writeKeys[0]))
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      return messageId
    }
    return { id: id as string, send, writeKey: writeKeys[0] as string }
  }
  const connect = async (sourceId: string, metadataId: string, settings: Body = {}, name = `${metadataId} ${count++}`) => {
    const answer = await api.call('POST', `${S}/destinations`, { sourceId, metadataId, name, settings })
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    return answer.body.data.destination.id as string
  }
  const map = async (destinationId: string, mapping: Body): Promise<string> => {
    const answer = await api.call('POST', `${S}/destinations/${destinationId}/mappings`, {
      name: `mapping ${count++}`,
      actionId: 'send',
      trigger: EVERY_CALL,
      enabled: true,
      ...mapping,
    })
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    return answer.body.data.mapping.id
  }
  /** A webhook at a source, with one mapping that sends whole calls to a tool that answers so. */
  const webhook = async (
    sourceId: string,
    answer: Answering = () => ({ status: 200, body: { ok: true } }),
    settings: Body = {},
  ) => {
    const tool = await startFake(answer)
    const id = await connect(sourceId, 'actions-webhook', settings)
    const mapping = await map(id, { settings: { url: tool.url } })
    return { id, tool, mapping, bodies: () => tool.calls.map((call) => JSON.parse(call.body)) }
  }
  const context = (more: Partial<DrainContext> = {}): DrainContext => ({
    db,
    now,
    newClaim: () => randomUUID(),
    random: () => 0.5,
    failed: (error) => {
      throw error
    },
    ...more,
  })
  /** Delivers all that is due now. */
  const deliver = async (more: Partial<DrainContext> = {}): Promise<void> => {
    const deliveries = createDeliveries(context(more))
    while ((await deliveries.wake()) > 0) await deliveries.idle()
    await deliveries.stop()
  }
  const deliveries = async (destinationId: string, query = '') =>
    (await api.call('GET', `${S}/destinations/${destinationId}/deliveries${query}`)).body.data.deliveries
  const fate = async (destinationId: string, messageId: string) => {
    const [found] = await deliveries(destinationId, `?messageId=${encodeURIComponent(messageId)}`)
    return found
  }
  const rows = (table: string) => selectRows(db, sql`select * from ${sql.table(table)} where space_id = 'spa_test'`)
  return {
    ...{ database, db, api, decoy, trap, S, source, connect, map, webhook, context, deliver, deliveries, fate, rows, now },
    pass: (ms: number) => {
      clock = new Date(clock.getTime() + ms)
    },
  }
}
