import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { type Reactions, relayOnce } from '../../src/db/relay.ts'
import { drainLists } from '../../src/sync/list.ts'
import { passNext } from '../../src/sync/pass.ts'
import { tellConnected } from '../../src/sync/react.ts'
import { delivering } from '../destination/support.ts'
import { basic, post } from '../support/calls.ts'

type Body = Readonly<Record<string, unknown>>

/** A space and its decoy in which the same happens: an audience of those who ordered and a computed trait that counts orders, both told to destinations. */
export const connecting = async () => {
  const world = await delivering()
  const { db, api, decoy, now, S, source, webhook, deliver } = world
  const { id: sourceId } = await source()
  const settle = async (): Promise<void> => {
    await evaluateFullyDue(db, now())
    while ((await evaluateDue(db, now())).more);
  }
  const tell = async (spaceId: string, items: Parameters<typeof tellConnected>[2], at: Date): Promise<void> => {
    await tellConnected(db, spaceId, items, at)
  }
  const reactions: Reactions = { entered: [tell], exited: [tell], computed: [tell] }
  const relay = async (): Promise<void> => {
    for (const { error } of await relayOnce(db, reactions, now())) if (error) throw error
  }
  const passAll = async (): Promise<void> => {
    while (await passNext({ db, now, told: () => {} }));
  }
  /** Everything that a worker does until nothing is left to do. */
  const work = async (): Promise<void> => {
    await settle()
    await relay()
    await passAll()
    await deliver()
  }
  /** Sends to lists what is marked and may be sent now. */
  const drain = async (): Promise<void> => {
    while (await drainLists({ db, now, newClaim: () => randomUUID(), random: () => 0.5 }));
  }
  /** The same batch for the space and the decoy. */
  const send = async (...batch: readonly Body[]): Promise<void> => {
    for (const { server, writeKey } of [api, decoy])
      expect((await post(server, '/v1/batch', { batch }, basic(writeKey))).status).toBe(200)
  }
  const order = (userId: string): Promise<void> => send({ type: 'track', userId, event: 'Order' })
  const made = async (path: string, body: Body, noun: string): Promise<string> => {
    const ids: string[] = []
    for (const each of [api, decoy]) {
      const answer = await each.call('POST', `/spaces/${each.spaceId}${path}`, body)
      expect(answer.status, JSON.stringify(answer.body)).toBe(201)
      ids.push(answer.body.data[noun].id)
    }
    return ids[0] ?? ''
  }
  const audience = (name: string, query = "event('Order').within(7 days).count() >= 1", options: Body = {}) =>
    made('/audiences', { name, definition: { query }, options }, 'audience')
  const trait = (name: string, query = "event('Order').count()") =>
    made('/computed-traits', { name, definition: { query } }, 'computedTrait')
  const connect = async (path: string, destination: string, more: Body = {}) =>
    api.call('POST', `${S}${path}/destination-connections`, { destination: { id: destination }, ...more })
  /** A webhook that answers as told, and the decoy's own, which both have the thing at this path told. */
  const told = async (path: string, more: Body = {}, answer?: Parameters<typeof webhook>[1]) => {
    const hook = await webhook(sourceId, answer)
    const connected = await connect(path, hook.id, more)
    expect(connected.status, JSON.stringify(connected.body)).toBe(201)
    const said = (): readonly JsonObject[] => hook.bodies().map(short)
    return { ...hook, connection: connected.body.data.destinationConnection.id as string, said }
  }
  /** The decoy's destination is told of everything that the decoy has. */
  const connectDecoy = async (): Promise<void> => {
    const at = `/spaces/${decoy.spaceId}`
    const { destinations } = (await decoy.call('GET', `${at}/destinations`)).body.data
    for (const noun of ['audiences', 'computed-traits'])
      for (const { id } of (await decoy.call('GET', `${at}/${noun}`)).body.data[
        noun === 'audiences' ? 'audiences' : 'computedTraits'
      ])
        await decoy.call('POST', `${at}/${noun}/${id}/destination-connections`, { destination: { id: destinations[0].id } })
  }
  const queued = async () =>
    (await world.rows('event_delivery')).filter((row) => String(row['message_id']).startsWith('personas_'))
  const count = async (table: string): Promise<number> => {
    const found = await db.executeQuery(sql`select from ${sql.table(table)}`.compile(db))
    return found.rows.length
  }
  return {
    ...world,
    addDestination: world.connect,
    sourceId,
    settle,
    relay,
    passAll,
    drain,
    work,
    send,
    order,
    audience,
    trait,
    connect,
    told,
    connectDecoy,
    queued,
    count,
    tell,
  }
}

/** What a call says, without what is the same in all. */
export const short = ({ type, event, userId, anonymousId, traits, properties, context }: JsonObject): JsonObject =>
  JSON.parse(
    JSON.stringify({
      type,
      event,
      userId,
      anonymousId,
      traits,
      properties,
      ...((context as JsonObject)['traits'] ? { context: (context as JsonObject)['traits'] } : {}),
    }),
  )
