import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { giveHashKey } from '../../src/db/hash-key.ts'
import { selectRows } from '../support/calls.ts'
import { TEST_SECRET } from '../support/database.ts'
import { type Body, functioning } from './space.ts'

const { api, decoy, db, S, source, make, made, deploy, connect } = await functioning('spa_life')
const problem = ({ status, body }: { status: number; body: Body }) => [
  status,
  body.error.problems?.map(({ field, message }: Body) => `${field} ${message}`) ?? body.error.message,
]
const NOTHING = 'function onTrack(event) { return event }'
const marking = (mark: string): string => `function onTrack(event) { event.properties = { mark: '${mark}' }; return event }`

it('is made, listed, read, changed and deleted in the shapes of Segment', async () => {
  const { status, body } = await make(NOTHING, { displayName: 'First', description: 'd', logoUrl: 'https://example.com/l.png' })
  const { function: first } = body.data
  expect([status, first]).toEqual([
    201,
    {
      ...{ id: expect.stringMatching(/^fn_/), resourceType: 'INSERT_SOURCE', displayName: 'First', description: 'd' },
      ...{ logoUrl: 'https://example.com/l.png', code: NOTHING, settings: [], handlers: ['onTrack'], isLatestVersion: false },
      ...{ deployedAt: null, createdBy: 'test', createdAt: expect.any(String), updatedBy: 'test', updatedAt: expect.any(String) },
    },
  ])
  expect((await api.call('GET', `${S}/functions?resourceType=INSERT_SOURCE`)).body.data.functions).toEqual([first])
  expect((await api.call('GET', `${S}/functions?resourceType=SOURCE`)).body.data.functions).toEqual([])
  expect((await decoy.call('GET', '/spaces/spa_life_decoy/functions')).body.data.functions).toEqual([])
  const changed = await api.call('PATCH', `${S}/functions/${first.id}`, { displayName: 'Renamed' })
  expect(changed.body.data.function).toMatchObject({ displayName: 'Renamed', code: NOTHING })
  expect((await api.call('GET', `${S}/functions/${first.id}`)).body.data.function.displayName).toBe('Renamed')
  expect((await api.call('DELETE', `${S}/functions/${first.id}`)).body.data.status).toBe('SUCCESS')
  expect((await api.call('GET', `${S}/functions/${first.id}`)).status).toBe(404)
  expect((await api.call('DELETE', `${S}/functions/${first.id}`)).status).toBe(404)
})

it('what cannot run is refused when it is saved, with line and column; so are kinds that are not run yet', async () => {
  expect(problem(await make('function onTrack(event) {\n  return event +\n}'))).toEqual([
    422,
    ['code line 3, column 1: Unexpected token'],
  ])
  expect(problem(await make('const a = 1\nconst b = a()\nfunction onTrack() {}'))).toEqual([
    422,
    ['code line 2, column 11: TypeError: a is not a function'],
  ])
  expect(problem(await make('const onTrack = 5'))).toEqual([422, ['code has no handler']])
  expect(problem(await make('function onTrack(e) { return import("fs") }'))).toEqual([
    422,
    ['code line 1, column 30: import() is not available'],
  ])
  expect(problem(await make(NOTHING, { displayName: 'x'.repeat(121) }))[0]).toBe(422)
  for (const resourceType of ['SOURCE', 'DESTINATION', 'INSERT_DESTINATION'])
    expect(problem(await make(NOTHING, { resourceType }))).toEqual([422, [`resourceType ${resourceType} is not run yet`]])
  const id = await made(NOTHING)
  expect(problem(await api.call('PATCH', `${S}/functions/${id}`, { code: 'nothing of it' }))[0]).toBe(422)
  expect((await api.call('GET', `${S}/functions/${id}/versions`)).body.data.versions.length).toBe(1)
}, 60_000)

it('FUN-13 saved code is not live until it is deployed', async () => {
  const at = await source()
  const id = await made(marking('one'))
  expect(problem(await connect(id, at.id))).toEqual([422, [expect.stringContaining('is not deployed')]])
  await deploy(id)
  expect((await connect(id, at.id)).status).toBe(201)
  const mark = async () => (await at.send({ type: 'track', event: 'E' })).stored?.['properties'].mark
  expect(await mark()).toBe('one')
  await api.call('PATCH', `${S}/functions/${id}`, { code: marking('two') })
  expect(await mark()).toBe('one')
  const badges = async () =>
    (await api.call('GET', `${S}/functions/${id}/versions`)).body.data.versions.map(
      ({ id: number, isDeployed, isLatest }: Body) => [number, isDeployed, isLatest],
    )
  expect(await badges()).toEqual([
    ['2', false, true],
    ['1', true, false],
  ])
  expect((await api.call('GET', `${S}/functions/${id}`)).body.data.function).toMatchObject({ isLatestVersion: false })
  expect((await deploy(id)).body.data).toEqual({ functionDeployment: { status: 'SUCCESS' } })
  expect([await mark(), await badges()]).toEqual([
    'two',
    [
      ['2', true, true],
      ['1', false, false],
    ],
  ])
})

it('FUN-14 a version is restored as the latest, and what runs stays', async () => {
  const id = await made(marking('one'))
  await api.call('PATCH', `${S}/functions/${id}`, { code: marking('two') })
  await deploy(id)
  // The same code is no new version.
  await api.call('PATCH', `${S}/functions/${id}`, { code: marking('two') })
  const { body } = await api.call('POST', `${S}/functions/${id}/versions`, { versionId: '1' })
  expect(body.data.version).toMatchObject({ id: '3', code: marking('one'), isLatest: true, isDeployed: false, restoredFrom: '1' })
  expect((await api.call('GET', `${S}/functions/${id}/versions/2`)).body.data.version).toMatchObject({
    code: marking('two'),
    isDeployed: true,
  })
  expect((await api.call('POST', `${S}/functions/${id}/versions`, { versionId: '9' })).status).toBe(404)
  expect((await api.call('GET', `${S}/functions/${id}/versions/9`)).status).toBe(404)
})

const SETTINGS = [
  { name: 'apiKey', label: 'Key', description: '', type: 'STRING', required: true, sensitive: true },
  { name: 'on', label: 'On', description: '', type: 'BOOLEAN', required: false, sensitive: false },
  { name: 'names', label: 'Names', description: '', type: 'ARRAY', required: true, sensitive: false },
  { name: 'map', label: 'Map', description: '', type: 'TEXT_MAP', required: false, sensitive: false },
]
const ECHO = 'function onTrack(event, settings) { event.properties = { is: JSON.stringify(settings) }; return event }'

it('FUN-11 a required setting that is missing keeps it off; a sensitive one is in no answer, and is sealed in the database', async () => {
  const at = await source()
  const id = await made(ECHO, { settings: SETTINGS })
  await deploy(id)
  expect(problem(await connect(id, at.id))).toEqual([422, ['settings.apiKey is missing', 'settings.names is missing']])
  const wrong = { apiKey: 1, on: 'yes', names: 'a', map: { a: 1 }, other: 1 }
  expect(problem(await connect(id, at.id, { settings: wrong }))).toEqual([
    422,
    [
      'settings.other is no setting of this function',
      'settings.apiKey is not a text',
      'settings.on is not true or false',
      'settings.names is not a list of texts',
      'settings.map is not an object of texts',
    ],
  ])
  const off = await connect(id, at.id, { enabled: false })
  expect(off.status).toBe(201)
  const instance = `${S}/insert-function-instances/${off.body.data.insertFunctionInstance.id}`
  expect(problem(await api.call('PATCH', instance, { enabled: true }))[0]).toBe(422)
  const settings = { apiKey: 'hush hush', names: ['a', 'b'], on: true }
  const on = await api.call('PATCH', instance, { enabled: true, settings })
  expect(on.body.data.insertFunctionInstance).toMatchObject({
    enabled: true,
    settings: { names: ['a', 'b'], on: true },
    encryptedSettings: { apiKey: '••••' },
  })
  // Given again it need not be.
  await api.call('PATCH', instance, { settings: { on: false, map: { k: 'v' } } })
  const is = async () => JSON.parse((await at.send({ type: 'track', event: 'E' })).stored?.['properties'].is)
  expect(await is()).toEqual({ apiKey: 'hush hush', names: ['a', 'b'], on: false, map: { k: 'v' } })
  for (const path of [instance, `${S}/insert-function-instances`, `${S}/functions/${id}`, `${S}/functions`])
    expect(JSON.stringify((await api.call('GET', path)).body)).not.toContain('hush')
  expect(JSON.stringify(await selectRows(db, sql`select * from function_instance`))).not.toContain('hush')
  // With another secret it cannot be read: nothing runs with half of its settings.
  giveHashKey(db, 'another secret, which is not it')
  await deploy(id)
  expect((await at.send({ type: 'track', event: 'E' })).result.code).toBe('invalid_settings')
  giveHashKey(db, TEST_SECRET)
  await deploy(id)
  expect((await at.send({ type: 'track', event: 'E' })).result.status).toBe('stored')
})

it('FUN-12 two sources with one function never see each other’s settings; a source has one function', async () => {
  const [one, two] = [await source(), await source()]
  const code =
    'let kept; function onTrack(event, settings) { kept ??= settings.key; event.properties = { kept, now: settings.key }; return event }'
  const id = await made(code, { settings: [{ ...SETTINGS[0], name: 'key' }] })
  await deploy(id)
  expect((await connect(id, one.id, { settings: { key: 'one' } })).status).toBe(201)
  expect((await connect(id.slice('fn_'.length), two.id, { settings: { key: 'two' } })).status).toBe(201)
  for (const [at, key] of [
    [one, 'one'],
    [two, 'two'],
    [one, 'one'],
  ] as const)
    expect((await at.send({ type: 'track', event: 'E' })).stored?.['properties']).toEqual({ kept: key, now: key })
  expect((await connect(id, one.id, { settings: { key: 'x' } })).status).toBe(409)
  expect((await connect(id, 'src_none', { settings: { key: 'x' } })).status).toBe(404)
  expect((await connect('fn_none', one.id)).status).toBe(404)
  const { instances } = (await api.call('GET', `${S}/insert-function-instances?functionId=${id}`)).body.data
  expect(instances.map(({ integrationId }: Body) => integrationId)).toEqual([one.id, two.id])
  await api.call('PATCH', `${S}/insert-function-instances/${instances[0].id}`, { enabled: false })
  expect((await one.send({ type: 'track', event: 'E', properties: { own: 1 } })).stored?.['properties']).toEqual({ own: 1 })
  await api.call('DELETE', `${S}/functions/${id}`)
  expect((await two.send({ type: 'track', event: 'E', properties: { own: 1 } })).stored?.['properties']).toEqual({ own: 1 })
  expect(
    (await api.call('GET', `${S}/insert-function-instances`)).body.data.instances.some(({ classId }: Body) => classId === id),
  ).toBe(false)
})

it('FUN-15 a test run of one event or several shows output, logs, errors and requests; nothing is stored', async () => {
  const id = await made(NOTHING, { settings: [{ ...SETTINGS[0], name: 'key', required: false }] })
  const code = `let times = 0
    async function onTrack(event, settings) {
      console.log('saw', event.event, settings.key, ++times)
      if (event.event === 'bad') throw new RetryError('later')
      if (event.event === 'asks') { try { await fetch('http://10.0.0.1/x', { method: 'POST', body: 'b' }) } catch (error) { console.log(error.message) } }
      event.properties = { total: 2 }
      return event
    }
    function onPage() { throw new DropEvent('no pages') }`
  const event = [
    { type: 'track', event: 'good', properties: { total: 1 } },
    { type: 'track', event: 'bad' },
    { type: 'track', event: 'asks' },
    { type: 'page', name: 'P' },
    { type: 'identify' },
  ]
  const run = async (body: object) =>
    (await api.call('POST', `${S}/functions/${id}/test`, body)).body.data.results as readonly Body[]
  const results = await run({ code, event, settings: { key: 'v' } })
  expect(results.map(({ handler, result, error, logs }) => [handler, result, error?.name, logs])).toEqual([
    ['onTrack', 'change', undefined, 'saw good v 1\n'],
    ['onTrack', 'drop', 'Retry', 'saw bad v 2\n'],
    ['onTrack', 'change', undefined, 'saw asks v 3\nfetch failed: no connection is made to 10.0.0.1: it is a private address\n'],
    ['onPage', 'drop', 'Filtered', ''],
    ['onIdentify', 'drop', 'Unsupported Event Type', ''],
  ])
  expect(results[0]).toMatchObject({
    output: { type: 'track', event: 'good', properties: { total: 2 } },
    changes: ['changed properties.total'],
    error: null,
  })
  expect(results[1]?.error).toEqual({ name: 'Retry', message: 'later', retried: true, line: 4, column: 40 })
  expect(results[2]?.requests).toEqual([
    {
      method: 'POST',
      url: 'http://10.0.0.1/x',
      requestBody: 'b',
      status: null,
      responseBody: null,
      error: expect.stringContaining('private'),
      durationMs: expect.any(Number),
    },
  ])
  // Each run begins anew, and one event need not be a list; without code it is what was saved.
  expect((await run({ code, event: event[0] })).map(({ logs }) => logs)).toEqual(['saw good undefined 1\n'])
  expect((await run({ event: event[0] })).map(({ result }) => result)).toEqual(['pass'])
  expect(problem(await api.call('POST', `${S}/functions/${id}/test`, { event: { event: 'x' } }))[0]).toBe(422)
  expect(problem(await api.call('POST', `${S}/functions/${id}/test`, { event: event[0], code: 'let a =' }))[0]).toBe(422)
  expect((await selectRows(db, sql`select name from event where name in ('good', 'asks')`)).length).toBe(0)
})

it('a space has at most 25 functions', async () => {
  const { functions } = (await api.call('GET', `${S}/functions`)).body.data
  for (let count = functions.length; count < 25; count++) await made(NOTHING)
  const { status, body } = await make(NOTHING)
  expect([status, body.error.message]).toEqual([409, 'A space has at most 25 functions: delete one that is not used.'])
})
