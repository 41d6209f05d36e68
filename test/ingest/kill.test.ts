import { mkdtempSync, readFileSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import { freePort } from '../../src/dev/port.ts'
import { administrate, type EmbeddedPostgresServer, startPostgres } from '../../src/dev/postgres.ts'
import { createSource, createSpace } from '../../src/space/space.ts'
import { segmentNode } from '../clients/segment-node.ts'
import { type Running, startPart } from '../support/parts.ts'
import { until } from '../support/wait.ts'

/*
 * Kill -9 in the middle of batches, of the API and of Postgres, several times each, while many senders send and send again what was not answered.
 * Postgres here keeps what it said it kept, as in production; it only does not wait for the disk, which a killed process does not need.
 */

const [SPACE, KEY] = ['spa_kill', 'key_kill']
const SENDERS = 12
const BATCHES = 16
const PER_BATCH = 15
const ROUNDS = 3

describe('killed in the middle of batches', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-kill-'))
  let server: EmbeddedPostgresServer
  let api: Running
  let port: number
  let pool: pg.Pool
  const url = (): string => `http://127.0.0.1:${port}`
  const startDatabase = () => startPostgres(folder, { ...(server ? { port: server.port } : {}), flags: ['fsync=off'] })
  const startApi = () =>
    startPart('api', {
      DATABASE_URL: server.url('usher'),
      USHER_PORT: String(port),
      USHER_PUBLIC_URL: url(),
      USHER_LOG: 'silent',
    })

  beforeAll(async () => {
    await chmod(folder, 0o755)
    server = await startDatabase()
    await administrate(server.url('postgres'), 'create database usher')
    const { db, close } = connect(server.url('usher'))
    await migrate(db)
    const now = new Date()
    await createSpace(db, { id: SPACE, slug: 'kill', name: 'Kill' }, now)
    await createSource(db, { spaceId: SPACE, id: 'src', name: 'Kill', kind: 'server', writeKey: KEY }, now)
    await close()
    pool = new pg.Pool({ connectionString: server.url('usher') })
    // Connections that wait for work break with the server; the next question opens another.
    pool.on('error', () => {})
    port = await freePort()
    api = await startApi()
  })
  afterAll(async () => {
    await api?.kill()
    await pool?.end()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const batchOf = (label: string, sender: number, batch: number): readonly { readonly messageId: string }[] =>
    Array.from({ length: PER_BATCH }, (_, n) => ({
      type: n % 5 === 0 ? 'identify' : 'track',
      userId: `${label} ${(sender * 7 + n) % 40}`,
      anonymousId: `${label} a${(batch + n) % 60}`,
      event: 'Killed',
      traits: { n: batch },
      messageId: `${label} ${sender} ${batch} ${n}`,
    }))

  const post = (batch: readonly object[]): Promise<number> =>
    fetch(`${url()}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey: KEY, batch }) }).then(
      async (answer) => {
        await answer.text()
        return answer.status
      },
      () => 0,
    )

  /** Stored calls by id, as often as each is there. */
  const stored = async (label: string): Promise<ReadonlyMap<string, number>> => {
    const { rows } = await pool.query<{ id: string; times: number }>(
      'select message_id as id, count(*)::integer as times from event where space_id = $1 and message_id like $2 group by message_id',
      [SPACE, `${label} %`],
    )
    return new Map(rows.map(({ id, times }) => [id, times]))
  }

  type Sending = { readonly answered: Set<string>; readonly refused: { count: number }; readonly done: Promise<unknown> }
  const sendAll = (label: string): Sending => {
    const answered = new Set<string>()
    const refused = { count: 0 }
    const sender = async (number: number): Promise<void> => {
      for (let n = 0; n < BATCHES; n++) {
        const batch = batchOf(label, number, n)
        await until(
          `batch ${n} of sender ${number} to be answered`,
          async () => {
            if ((await post(batch)) === 200) return true
            refused.count++
            return false
          },
          90_000,
        )
        for (const { messageId } of batch) answered.add(messageId)
      }
    }
    return { answered, refused, done: Promise.all(Array.from({ length: SENDERS }, (_, n) => sender(n))) }
  }

  const killRounds = async (label: string, kill: () => Promise<void>): Promise<void> => {
    const { answered, refused, done } = sendAll(label)
    const all = SENDERS * BATCHES * PER_BATCH
    for (let round = 1; round <= ROUNDS; round++) {
      await until(`round ${round}`, async () => answered.size >= (all * round) / (ROUNDS + 1), 90_000)
      const promised = [...answered]
      await kill()
      // Whatever was answered before the kill is there after it, whatever became of the rest.
      const there = await until('the database to answer', () => stored(label).catch(() => undefined), 60_000)
      expect(promised.filter((id) => there.get(id) !== 1)).toEqual([])
    }
    await done
    const there = await stored(label)
    expect([...there.values()].filter((times) => times !== 1)).toEqual([])
    expect([there.size, answered.size]).toEqual([all, all])
    // The kills met batches that were under way.
    expect(refused.count).toBeGreaterThan(0)
  }

  it('G13 the API, three times: what was answered 200 is there, and all is there once when it was sent again', async () => {
    await killRounds('api', async () => {
      await api.kill()
      api = await startApi()
    })
  }, 240_000)

  it('G13 Postgres, three times: the API goes on by itself, and nothing is missing or there twice', async () => {
    await killRounds('postgres', async () => {
      process.kill(Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL')
      // Its children see that it is gone and end; until they have, the next one does not start.
      server = await until('Postgres to start again', () => startDatabase().catch(() => undefined), 60_000)
    })
  }, 240_000)

  it('G13 both in turn, under a client as it is published: every call is there once', async () => {
    const CALLS = 1_500
    const sent = segmentNode.send({ url: url(), writeKey: KEY, calls: CALLS, label: 'client' })
    const count = async (): Promise<number> => {
      const { rows } = await pool.query<{ n: number }>(
        `select count(*)::integer as n from event where space_id = $1 and name = 'Client Call'`,
        [SPACE],
      )
      return rows[0]?.n ?? 0
    }
    await until('some calls', async () => (await count()) > 100)
    await api.kill()
    api = await startApi()
    process.kill(Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL')
    server = await until('Postgres to start again', () => startDatabase().catch(() => undefined), 60_000)
    await sent
    const { rows } = await pool.query<{ n: number; times: number }>(
      `select (properties ->> 'n')::integer as n, count(*)::integer as times from event
        where space_id = $1 and name = 'Client Call' group by 1 order by 1`,
      [SPACE],
    )
    expect(rows).toEqual(Array.from({ length: CALLS }, (_, n) => ({ n, times: 1 })))
  }, 240_000)
})
