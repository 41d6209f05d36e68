import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { freePort } from '../../src/dev/port.ts'
import { basic, eventsOf, pictureOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const healthy = await testApi(database)
const postAgain = async (batch: readonly object[]): Promise<number> =>
  (await post(healthy.server, '/v1/batch', { batch }, basic(healthy.writeKey))).status

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

type Api = {
  readonly post: (calls: readonly object[]) => Promise<number | undefined>
  readonly died: Promise<unknown>
  readonly kill: () => void
}

const startApi = async (crashAt?: string): Promise<Api> => {
  const port = await freePort()
  const child = spawn(process.execPath, [MAIN, 'api'], {
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      USHER_SECRET: 'a secret of the crash test',
      USHER_LOG: 'silent',
      USHER_PORT: String(port),
      ...(crashAt ? { USHER_CRASH_AT: crashAt } : {}),
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  atEnd(() => child.kill('SIGKILL'))
  const died = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message) => message === 'ready' && resolve())
    child.once('exit', () => reject(new Error('the API ended before it was ready')))
  })
  return {
    died,
    kill: () => child.kill('SIGKILL'),
    post: (batch) =>
      fetch(`http://127.0.0.1:${port}/v1/batch`, {
        method: 'POST',
        body: JSON.stringify({ writeKey: healthy.writeKey, batch }),
      }).then(
        (answer) => answer.status,
        () => undefined,
      ),
  }
}

const callsOf = (prefix: string) =>
  Array.from({ length: 20 }, (_, n) => ({
    type: 'identify',
    userId: `u${n % 7}`,
    anonymousId: `${prefix} ${n % 3}`,
    traits: { n },
    messageId: `${prefix} ${n}`,
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
  }))
const stored = async (prefix: string): Promise<number> =>
  (await eventsOf(db, 'spa_test')).filter((event) => event['message_id'].startsWith(`${prefix} `)).length

it.each(['ingest.seen', 'ingest.profiles_saved', 'ingest.before_commit'])(
  'G13 killed at %s: nothing was answered, nothing is half there, and the same batch is stored once when it comes again',
  async (point) => {
    const dying = await startApi(point)
    expect(await dying.post(callsOf(point))).toBeUndefined()
    expect([await dying.died, await stored(point)]).toEqual(['SIGKILL', 0])
    const { people } = await pictureOf(db, 'spa_test')
    expect([await postAgain(callsOf(point)), await postAgain(callsOf(point)), await stored(point)]).toEqual([200, 200, 20])
    expect((await pictureOf(db, 'spa_test')).people.length).toBeGreaterThanOrEqual(people.length)
  },
)

it('G13 what was answered 200 is there after kill -9 under load, each call once', async () => {
  const api = await startApi()
  const answered = new Set<number>()
  const sending = Array.from({ length: 120 }, async (_, b) => {
    if ((await api.post(callsOf(`load${b}`))) === 200) answered.add(b)
    if (answered.size === 40) api.kill()
  })
  await Promise.all(sending)
  expect(await api.died).toBe('SIGKILL')
  expect(answered.size).toBeGreaterThanOrEqual(40)
  for (const b of answered) expect(await stored(`load${b}`)).toBe(20)
})
