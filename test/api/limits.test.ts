import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS } from '../../src/space/limit.ts'
import { hour } from '../audience/support/world.ts'
import { freshDatabase } from '../support/database.ts'
import { NO_RATES, testApi } from '../support/server.ts'

const database = await freshDatabase()
let now = hour(0)
const rated = await testApi(database, 'spa_rated', () => now, '')
const other = await testApi(database, 'spa_other', () => now, '')
const small = await testApi(database, 'spa_small', () => now, `${NO_RATES},audiences=100,computed_traits=1,comparisons=2`)
const definition = { query: "event('Order').count() >= 1" }
const trait = { query: "event('Order').count()" }

const ask = (api: typeof rated, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, headers = {}, payload?: object) =>
  api.server.inject({
    method,
    url: `/spaces/${api.spaceId}${path}`,
    headers: { authorization: `Bearer ${api.token}`, ...headers },
    ...(payload ? { payload } : {}),
  })

// What §24 says of each, in its own figures.
const TABLE = [
  ['POST', '/audiences', 50],
  ['GET', '/audiences', 60],
  ['GET', '/audiences/none', 100],
  ['PATCH', '/audiences/none', 50],
  ['DELETE', '/audiences/none', 50],
  ['POST', '/audiences/previews', 5],
  ['GET', '/audiences/previews/none', 300],
  ['GET', '/audiences/none/audience-references', 25],
  ['POST', '/computed-traits', 10],
  ['GET', '/computed-traits', 25],
  ['GET', '/computed-traits/none', 100],
  ['PATCH', '/computed-traits/none', 10],
  ['DELETE', '/computed-traits/none', 20],
] as const

it.each(TABLE)('GOV-03 %s %s: %i a minute and space, then 429 until the minute is over', async (method, path, most) => {
  now = new Date(now.getTime() + 3_600_000)
  const payload = method === 'POST' || method === 'PATCH' ? {} : undefined
  const answers = await Promise.all(Array.from({ length: most }, () => ask(rated, method, path, {}, payload)))
  expect(answers.filter((each) => each.statusCode === 429)).toEqual([])
  const remaining = answers.map((each) => Number(each.headers['x-ratelimit-remaining'])).toSorted((a, b) => a - b)
  expect(remaining).toEqual(Array.from({ length: most }, (_, n) => n))
  const beyond = await ask(rated, method, path, {}, payload)
  expect(beyond.statusCode).toBe(429)
  expect(beyond.json().errors[0]).toMatchObject({
    type: 'RequestError',
    data: { remainingPoints: 0, consumedPoints: most + 1, msBeforeNext: 60_000 },
  })
  expect(beyond.headers).toMatchObject({ 'retry-after': '60', 'x-ratelimit-consumed': String(most + 1) })
  expect((await ask(other, method, path, {}, payload)).statusCode, 'another space').not.toBe(429)
  expect((await ask(rated, method, path, { 'sec-fetch-site': 'same-origin' }, payload)).statusCode, 'the app').not.toBe(429)
  const page = { host: 'usher.lan:4000', referer: 'http://usher.lan:4000/audiences/new' }
  expect((await ask(rated, method, path, page, payload)).statusCode, 'the app without https').not.toBe(429)
  const foreign = { ...page, referer: 'http://elsewhere.lan/' }
  expect((await ask(rated, method, path, foreign, payload)).statusCode, 'another page').toBe(429)
  now = new Date(now.getTime() + 60_000)
  expect((await ask(rated, method, path, {}, payload)).statusCode, 'a minute later').not.toBe(429)
})

it('GOV-04 every limit is a setting, listed with its default and what is in force', async () => {
  const { body } = await small.call('GET', '/spaces/spa_small/limits')
  expect(body.data.limits.map((each: { name: string }) => each.name)).toEqual(LIMIT_NAMES)
  for (const each of body.data.limits) expect(each).toMatchObject({ default: LIMITS[each.name as 'audiences'].default })
  expect(body.data.limits[0]).toMatchObject({ name: 'audiences', value: 100, default: null, segment: 100 })
  for (const name of LIMIT_NAMES)
    expect(readConfig({ USHER_LIMITS: `${name}=7` }).limits).toEqual({ ...DEFAULT_LIMITS, [name]: 7 })
  expect(readConfig({}).limits).toEqual(DEFAULT_LIMITS)
  expect(() => readConfig({ USHER_LIMITS: 'audience=7' })).toThrow(/"audience" is no limit; there are audiences, /)
  expect(() => readConfig({ USHER_LIMITS: 'audiences=many' })).toThrow(/write a whole number, or none/)
})

it('GOV-05 the 101st audience is refused with a clear message, until one is deleted', async () => {
  for (let n = 1; n <= 100; n++) {
    const made = await small.call('POST', '/spaces/spa_small/audiences', { name: `Audience ${n}`, definition })
    expect(made.status).toBe(201)
  }
  const refused = await small.call('POST', '/spaces/spa_small/audiences', { name: 'One more', definition })
  expect(refused).toMatchObject({ status: 409, body: { errors: [{ type: 'limit_reached' }] } })
  expect(refused.body.error.message).toBe(
    'This space has 100 audiences, which is its limit. Delete one that nobody uses, or have the limit raised: it is the setting audiences in USHER_LIMITS.',
  )
  await small.call('PATCH', '/spaces/spa_small/audiences/audience_1', { enabled: false })
  await small.call('DELETE', '/spaces/spa_small/audiences/audience_1')
  expect((await small.call('POST', '/spaces/spa_small/audiences', { name: 'One more', definition })).status).toBe(201)
  const make = (name: string) => small.call('POST', '/spaces/spa_small/computed-traits', { name, definition: trait })
  expect([(await make('A')).status, (await make('B')).status], 'computed traits').toEqual([201, 409])
})

it('GOV-04 the limit of comparisons holds for saving and for previewing', async () => {
  const three = { query: "trait('a') = 1 AND trait('b') = 1 AND trait('c') = 1" }
  const preview = await small.call('POST', '/spaces/spa_small/audiences/previews', { definition: three })
  expect(preview.body.error.problems[0].message).toContain('has 3 comparisons, 2 are allowed')
  const saved = await small.call('PATCH', '/spaces/spa_small/audiences/audience_2', { definition: three })
  expect(saved.body.error.problems[0].message).toContain('has 3 comparisons, 2 are allowed')
})
