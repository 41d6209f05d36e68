import { beforeAll, describe, expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { eventsOf } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { testApi } from '../support/server.ts'
import { PEOPLE, PER_BATCH } from './client.ts'
import { type Door, type Fault, openDoor, type Passed } from './door.ts'
import { CLIENTS } from './index.ts'

/*
 * Clients of other people, as they are published, at a running Usher: in batches, compressed, with clocks that differ by hours, and a door that
 * refuses, is away, or loses answers. Each has a space of its own.
 */

const CALLS = 6 * PER_BATCH
const TROUBLE: readonly Fault[] = ['too many', 'away', 'lost', 'too many', 'lost']
const HOUR = 3_600_000

const database = await freshDatabase()

const idsOf = (passed: readonly Passed[]): readonly string[] => passed.flatMap(({ messageIds }) => messageIds)

const SKEWS = [
  ['behind', -HOUR],
  ['ahead', HOUR],
] as const
const CASES = CLIENTS.flatMap((client) => SKEWS.map(([where, skew]) => ({ client, name: client.name, where, skew })))

/** Each client and clock has a space of its own, and a door. */
const prepare = async ({
  client,
  where,
  skew,
}: (typeof CASES)[number]): Promise<{ spaceId: string; writeKey: string; door: Door }> => {
  const spaceId = `spa_${where}_${client.name.replaceAll(/\W+/g, '_')}`
  const { server, writeKey } = await testApi(database, spaceId, () => new Date(Date.now() + skew))
  const door = await openDoor(await server.listen({ port: 0, host: '127.0.0.1' }))
  atEnd(door.close)
  return { spaceId, writeKey, door }
}

describe.concurrent('clients of other people', () => {
  beforeAll(async () => {
    const missing = new Set(await Promise.all(CLIENTS.map(async ({ obtain, name }) => [name, await obtain()] as const)))
    for (const [name, why] of missing) if (why) console.log(`skipped: ${name} is not to be had here: ${why}`)
  }, 400_000)

  it.for(CASES)(
    'G13 ING-11 ING-13 $name waits and sends again what was refused or lost: nothing is missing or there twice, and the time is right on a server whose clock is an hour $where',
    { timeout: 120_000 },
    async (each, context) => {
      const { client, skew } = each
      const missing = await client.obtain()
      context.skip(missing !== undefined, missing)
      const { spaceId, writeKey, door } = await prepare(each)
      door.trouble(TROUBLE)
      const start = Date.now()
      await client.send({ url: door.url, writeKey, calls: CALLS, label: client.name })
      const end = Date.now()

      const events = await eventsOf(database.db, spaceId)
      expect(events.map(({ name }) => name)).toEqual(Array(CALLS).fill('Client Call'))
      expect(events.map(({ properties }) => properties.n).toSorted((a, b) => a - b)).toEqual([...Array(CALLS).keys()])
      expect(new Set(events.map((event) => event['profile_id'])).size).toBe(PEOPLE)

      // The door had its troubles, and whatever met one came again, as it does where Usher itself is busy.
      const { passed } = door
      expect(passed.flatMap(({ fault }) => fault ?? []).toSorted()).toEqual(TROUBLE.toSorted())
      const taken = idsOf(passed.filter(({ status }) => status === 200))
      expect(taken.toSorted()).toEqual(events.map((event) => event['message_id']))
      expect(passed.every(({ headers }) => (headers['content-encoding'] === 'gzip') === client.gzip)).toBe(true)

      // Whoever was told to wait a second did; the calls may come again among others that were made meanwhile.
      for (const refused of client.honoursRetryAfter ? passed.filter(({ status }) => status === 429) : []) {
        const [call = ''] = refused.messageIds
        const next = passed.find(({ at, messageIds }) => at > refused.at && messageIds.includes(call))
        expect(must(next, 'the same call again').at - refused.at).toBeGreaterThanOrEqual(990)
      }

      // Our clock is an hour off, so what the sender's said is moved by an hour, and by no retry.
      for (const event of events) {
        const at = event['timestamp'].getTime() - skew
        expect(at).toBeGreaterThanOrEqual(start - 1_000)
        expect(at).toBeLessThanOrEqual(end + 1_000)
      }
    },
  )
})
