import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Door } from '../../src/api/door.ts'
import { createServer } from '../../src/api/server.ts'
import { readConfig } from '../../src/config.ts'
import { LIMIT_NAMES, LIMITS } from '../../src/space/limit.ts'
import { createSource, createSpace, createToken } from '../../src/space/space.ts'
import type { TestDatabase } from './database.ts'
import { atEnd } from './ending.ts'

export type TestApi = {
  readonly server: FastifyInstance
  readonly door: Door
  readonly spaceId: string
  readonly token: string
  /** One for the Profile API. */
  readonly profileToken: string
  readonly writeKey: string
  /** Calls the API as this space's owner. */
  readonly call: (
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ) => Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>
}

/** `USHER_LIMITS` that lets tests ask as often as they like, as clocks that stand still would have it. */
export const NO_RATES = LIMIT_NAMES.filter((name) => /a minute/.test(LIMITS[name].unit))
  .map((name) => `${name}=none`)
  .join(',')

/** Has a server end with the test file, without waiting for those who keep a connection: one to a live stream stays for 72 s. */
export const endServerAtEnd = (server: FastifyInstance): void =>
  atEnd(() => {
    server.server.closeAllConnections()
    return server.close()
  })

/** The real server on a fresh database with one space, its token and its write key, closed when the file is done; `now` may be given to stand still, `limits` as `USHER_LIMITS`. */
export const testApi = async (
  { db }: TestDatabase,
  spaceId = 'spa_test',
  now: () => Date = () => new Date(),
  limits: string = NO_RATES,
): Promise<TestApi> => {
  const door: Door = {
    db,
    config: readConfig({ USHER_LOG: 'silent', USHER_LIMITS: limits }),
    now,
    random: (n) => randomBytes(n),
    notify: () => {},
  }
  const token = `token_of_${spaceId}`
  const profileToken = `profiles_of_${spaceId}`
  const writeKey = `key_of_${spaceId}`
  await createSpace(db, { id: spaceId, slug: spaceId, name: spaceId }, now())
  await createSource(db, { spaceId, id: `src_${spaceId}`, name: 'test', kind: 'server', writeKey }, now())
  await createToken(db, { spaceId, name: 'test', secret: token }, now())
  await createToken(db, { spaceId, name: 'test profiles', secret: profileToken, kind: 'profile_api' }, now())
  const server = await createServer(door)
  endServerAtEnd(server)
  const call: TestApi['call'] = async (method, path, body) => {
    const answer = await server.inject({
      method,
      url: path,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { payload: body as object }),
    })
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() }
  }
  return { server, door, spaceId, token, profileToken, writeKey, call }
}
