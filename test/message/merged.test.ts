import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { freshDatabase } from '../support/database.ts'
import { ok, SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { addAccount, addPeople, addSpace, contextOf, drainOnce, enqueue, messagesOf, personId } from '../support/messages.ts'

const { db } = await freshDatabase()

/** An older, anonymous profile beside Ann's: one call that names both makes them one, and hers the one that goes. */
const addOlder = (spaceId: string) =>
  run(
    db,
    query(
      'test.*',
      sql`with older as (
          insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
          values (${spaceId}, ${personId(spaceId, 'older')}, '{"first_name":"older"}', '{"anonymous_id":["anon"]}', '2020-01-01', '2020-01-01'))
        insert into profile_identifier (space_id, type, value, profile_id, created_at)
        values (${spaceId}, 'anonymous_id', 'anon', ${personId(spaceId, 'older')}, '2020-01-01'),
          (${spaceId}, 'email', 'ann@example.com', ${personId(spaceId, 'ann')}, '2020-01-01')`,
    ),
  )

const mergeThem = (spaceId: string) =>
  ingestCalls(
    db,
    { spaceId, sourceId: 'src' },
    [{ type: 'identify', messageId: 'both', anonymousId: 'anon', traits: { email: 'ann@example.com' } }],
    { receivedAt: new Date(), random: (n) => randomBytes(n) },
  )

it.each(['sent', 'refused'] as const)(
  'a message whose person is merged while it is %s is recorded, where it is now',
  async (what) => {
    const spaceId = `spa_${what}`
    const fake = await startSendGrid(async () => {
      await mergeThem(spaceId)
      return what === 'sent' ? ok() : { status: 400, body: { errors: [{ message: 'bad' }] } }
    })
    await addSpace(db, spaceId)
    const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: fake.url }
    await addAccount(db, spaceId, { kind: 'sendgrid', channel: 'email', settings })
    await addPeople(db, spaceId, [{ name: 'ann', email: ['ann@example.com'], subscribed: { email: 'subscribed' } }])
    await addOlder(spaceId)
    await enqueue(db, spaceId, ['ann'])
    await drainOnce(contextOf(db), spaceId, 'acc_email')
    expect(fake.mails()).toHaveLength(1)
    const found = await messagesOf(db, spaceId)
    expect(found.map(({ name, status, attempts }) => [name, status, attempts])).toEqual([
      what === 'sent' ? ['older', 'sent', 1] : ['older', 'failed', 0],
    ])
    if (what === 'sent') expect(found[0]?.provider_message_id).toMatch(/^sg-/)
    const held = query('test.*', sql`select 1 from message where space_id = ${spaceId} and claim is not null`)
    expect(await run(db, held)).toEqual([])
  },
)
