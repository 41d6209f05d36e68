import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { must } from '../src/base/must.ts'
import { freePort } from '../src/dev/port.ts'
import { startTemporal, type TemporalServer } from '../src/dev/temporal.ts'
import { findTemporal } from '../src/dev/temporal-binary.ts'
import { createSource, createSpace, createToken } from '../src/space/space.ts'
import { freshDatabase } from './support/database.ts'
import { atEnd } from './support/ending.ts'
import { type Running, startPart } from './support/parts.ts'
import { until } from './support/wait.ts'
import { type Wire, wireTo } from './support/wire.ts'

/*
 * Postgres or Temporal away: `usher api` and `usher worker` as production runs them, on a wire to the database that can be cut and a Temporal
 * that can be killed and comes back with its file. What was answered 200 is walked to its end afterwards, by itself.
 */

const SPACE = 'spa_outage'
const JOURNEY = {
  name: 'Welcome',
  definition: {
    entry: { type: 'event', event: 'Signed Up', frequency: 'once' },
    start: 'mark',
    steps: { mark: { type: 'set_trait', trait: 'welcomed', value: true, next: null } },
  },
}

describe('what is away comes back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-outage-'))
  let wire: Wire
  let temporal: TemporalServer
  let api: Running
  const port = freePort()
  const temporalUp = async (): Promise<TemporalServer> => {
    const { path } = must(findTemporal(process.env['TEMPORAL_CLI_PATH'], process.env['PATH'] ?? ''), 'a Temporal CLI')
    return startTemporal(path, { file: join(folder, 'temporal.db'), port: await port })
  }
  const call = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> => {
    const answer = await fetch(`${api.url}/spaces/${SPACE}${path}`, {
      method,
      headers: { authorization: 'Bearer token_outage', ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const signUp = async (userId: string): Promise<number> => {
    const headers = { authorization: `Basic ${btoa('key_outage:')}` }
    const body = JSON.stringify({ userId, event: 'Signed Up', messageId: `sign up of ${userId}` })
    return (await fetch(`${api.url}/v1/track`, { method: 'POST', headers, body })).status
  }
  const welcomed = (userId: string) =>
    until(`${userId} to be welcomed`, async () => {
      const { status, body } = await call('GET', `/profiles/user_id:${userId}`)
      return status === 200 && body.data.profile.traits.welcomed === true
    })

  beforeAll(async () => {
    const database = await freshDatabase()
    wire = await wireTo(database.url)
    atEnd(wire.cut)
    atEnd(() => rmSync(folder, { recursive: true, force: true }))
    temporal = await temporalUp()
    atEnd(() => temporal.stop())
    const now = new Date()
    await createSpace(database.db, { id: SPACE, slug: 'outage', name: 'outage' }, now)
    await createSource(database.db, { spaceId: SPACE, id: 'src', name: 'test', kind: 'server', writeKey: 'key_outage' }, now)
    await createToken(database.db, { spaceId: SPACE, name: 'test', secret: 'token_outage' }, now)
    const settings = { DATABASE_URL: wire.url, TEMPORAL_ADDRESS: temporal.address }
    api = await startPart('api', settings)
    atEnd(api.stop)
    atEnd((await startPart('worker', settings)).stop)
    await call('POST', '/journeys', JOURNEY)
    expect((await call('POST', '/journeys/welcome/publish', {})).status).toBe(200)
  })

  it('all is well', async () => {
    expect(await signUp('ada')).toBe(200)
    await welcomed('ada')
  })

  it('G13 with Temporal away calls are answered as ever, and walked when it is back', async () => {
    await temporal.kill()
    expect(await signUp('bob')).toBe(200)
    expect((await call('GET', '/journeys')).status).toBe(200)
    temporal = await temporalUp()
    await welcomed('bob')
  })

  it('G13 with Postgres away every call is answered 503, nothing that was accepted is lost, and work goes on by itself', async () => {
    expect(await signUp('carla')).toBe(200)
    await wire.cut()
    expect(await signUp('dev')).toBe(503)
    const away = await call('GET', '/audiences')
    expect([away.status, away.body.error.code]).toEqual([503, 'database_away'])
    expect((await fetch(`${api.url}/health`)).status).toBe(503)
    await wire.mend()
    await welcomed('carla')
    expect(await signUp('dev')).toBe(200)
    await welcomed('dev')
  })
})
