import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { makeNextExport } from '../../src/audience/export/make.ts'
import { makeNextImport } from '../../src/ingest/import/make.ts'
import { FIRST_ORDER } from '../journey/definitions.ts'
import { furnish, putRun } from '../journey/space.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { dumpOf, tablesOf } from '../support/dump.ts'
import { testApi } from '../support/server.ts'

/*
 * Two spaces on one Usher, a shop's own and the one it tries things in. Whoever has a token of the first asks every route there is for what is
 * the second's: by its address, and by its ids at the first one's address. Nothing of the second is told, and nothing in it is changed.
 */
const database = await freshDatabase()
const { db } = database
const clock = new Date('2026-03-10T12:10:00Z')
const mine = await testApi(database, 'spa_mine', () => clock)
const theirs = await testApi(database, 'spa_theirs', () => clock)
const T = '/spaces/spa_theirs'
/** In all that is theirs and can be named. */
const SECRET = 'Hidden Thing'

const made = async (path: string, body: object, noun: string): Promise<string> => {
  const answer = await theirs.call('POST', `${T}${path}`, body)
  expect(answer.status, `${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300)
  const found = answer.body.data[noun]
  return found.id ?? found.exportId ?? found.importId
}
const settle = async (): Promise<void> => {
  await evaluateFullyDue(db, clock)
  while ((await evaluateDue(db, clock)).more);
}

/** An id of theirs for each parameter, by the noun that it stands behind. */
const ids = new Map<string, string>()

const fill = async (): Promise<void> => {
  await furnish(db, 'spa_theirs')
  const destination = { sourceId: 'src_spa_theirs', metadataId: 'actions-webhook', name: SECRET }
  ids.set('destinations', await made('/destinations', destination, 'destination'))
  ids.set('destination', ids.get('destinations') ?? '')
  const ofIt = `/destinations/${ids.get('destinations')}`
  ids.set('consent-categories', await made('/consent-categories', { id: 'their_ads', name: SECRET }, 'consentCategory'))
  ids.set('mappings', await made(`${ofIt}/mappings`, { name: SECRET, actionId: 'send' }, 'mapping'))
  ids.set('subscriptions', ids.get('mappings') ?? '')
  const filter = { title: SECRET, if: 'all', actions: [{ type: 'DROP' }] }
  ids.set('destination filters', await made(`/destination/${ids.get('destinations')}/filters`, filter, 'filter'))
  const replay = { sourceId: 'src_spa_theirs', from: '2020-01-01T00:00:00Z', names: [SECRET] }
  ids.set('replays', await made(`${ofIt}/replays`, replay, 'replay'))
  const calls = [
    { type: 'identify', userId: 'eve', traits: { email: 'hidden@thing.example', name: SECRET } },
    { type: 'track', userId: 'eve', event: 'Order Completed', properties: { item: SECRET } },
    { type: 'group', userId: 'eve', groupId: 'acme', traits: { name: SECRET } },
    { type: 'track', userId: 'eve', event: 5, properties: { item: SECRET } },
  ]
  await post(theirs.server, '/v1/batch', { batch: calls }, basic(theirs.writeKey))
  const people = await selectRows(db, sql`select id, collection from profile where space_id = 'spa_theirs'`)
  ids.set('profiles', people.find((row) => row['collection'] === 'users')?.['id'])
  ids.set('accounts', people.find((row) => row['collection'] === 'accounts')?.['id'])
  const query = "event('Order Completed').count() >= 1"
  ids.set('audiences', await made('/audiences', { name: SECRET, definition: { query } }, 'audience'))
  ids.set(
    'computed-traits',
    await made(
      '/computed-traits',
      { name: `${SECRET} count`, definition: { query: "event('Order Completed').count()" } },
      'computedTrait',
    ),
  )
  await settle()
  const at = `/audiences/${ids.get('audiences')}`
  const attached = { destination: { id: ids.get('destinations') } }
  for (const noun of ['audiences', 'computed-traits'])
    await made(`/${noun}/${ids.get(noun)}/destination-connections`, attached, 'destinationConnection')
  // One is found by its destination, too.
  ids.set('destination-connections', ids.get('destinations') ?? '')
  ids.set('exports', await made(`${at}/exports`, { externalIds: ['email'] }, 'export'))
  await makeNextExport({ db, now: () => clock, newClaim: () => 'mine' })
  ids.set('audience previews', await made('/audiences/previews', { definition: { query } }, 'audiencePreview'))
  ids.set('journeys', await made('/journeys', { name: SECRET, definition: FIRST_ORDER }, 'journey'))
  const sms = { name: SECRET, key: 'hidden', channel: 'sms', source: { body: `Hello, ${SECRET}` } }
  ids.set('templates', await made('/templates', sms, 'template'))
  expect((await theirs.call('POST', `${T}/journeys/${ids.get('journeys')}/publish`)).status).toBe(200)
  const run = '00000000-0000-8000-8000-00000000000d'
  await putRun(db, 'spa_theirs', {
    journeyId: ids.get('journeys') ?? '',
    version: 1,
    profileId: ids.get('profiles') ?? '',
    id: run,
    step: 'mail',
  })
  ids.set('runs', run)
  ids.set('provider-accounts', 'acc_email')
  ids.set('subscription-groups', 'grp_offers')
  ids.set('folders', await made('/folders', { name: SECRET }, 'folder'))
  ids.set('sources', 'src_spa_theirs')
  ids.set('writekey', theirs.writeKey)
  ids.set('tracking-plans', await made('/tracking-plans', { name: SECRET, type: 'LIVE' }, 'trackingPlan'))
  const tokens = (await theirs.call('GET', `${T}/tokens`)).body.data.tokens
  ids.set('tokens', tokens.find(({ current }: { current: boolean }) => !current).id)
  const request = { regulationType: 'SUPPRESS_ONLY', subjectIds: [SECRET] }
  ids.set('regulations', (await theirs.call('POST', `${T}/regulations`, request)).body.data.regulateId)
  const headers = { authorization: `Bearer ${theirs.token}`, 'content-type': 'text/csv' }
  const payload = `user_id,name\nada,${SECRET}\n`
  const file = await theirs.server.inject({ method: 'POST', url: `${T}/imports?name=hidden.csv`, headers, payload })
  ids.set('imports', file.json().data.import.importId)
  await makeNextImport({ db, now: () => clock, newClaim: () => 'mine', random: theirs.door.random })
  const message = { channel: 'email', key: 'k' }
  await sql`insert into message (space_id, profile_id, id, key, channel, template_id, template_version, purpose, variables, status, due_at, created_at, address)
    values ('spa_theirs', ${ids.get('profiles')}, '00000000-0000-8000-8000-00000000000e', ${message.key}, 'sms', ${ids.get('templates')}, 1, 'marketing', ${JSON.stringify({ name: SECRET })}::jsonb,
      'sent', ${clock}, ${clock}, '+14155550199')`.execute(db)
  const alert = '00000000-0000-8000-8000-00000000000f'
  await sql`insert into alert (space_id, id, kind, source_id, opened_at, subjects, told)
    values ('spa_theirs', ${alert}, 'violations', 'src_spa_theirs', ${clock}, '[]', 'nobody')`.execute(db)
  ids.set('alerts', alert)
  await sql`insert into oauth_app values ('oap_theirs', 'spa_theirs', ${SECRET}, 1, '{"tracking_api:write"}', 'x', ${clock})`.execute(
    db,
  )
  const code = `/* ${SECRET} */ function onTrack(event) { return event }`
  ids.set('functions', await made('/functions', { displayName: SECRET, resourceType: 'INSERT_SOURCE', code }, 'function'))
  const connection = { functionId: ids.get('functions'), integrationId: 'src_spa_theirs', name: SECRET }
  ids.set('insert-function-instances', await made('/insert-function-instances', connection, 'insertFunctionInstance'))
  ids.set('oauth-apps', 'oap_theirs')
  ids.set('messages', '00000000-0000-8000-8000-00000000000e')
  await settle()
  // What was counted in memory is written before the rows are looked at.
  await theirs.call('GET', `${T}/catalog`)
  await theirs.call('GET', `${T}/sources/src_spa_theirs/drops`)
  await theirs.call('GET', `${T}/sources/src_spa_theirs/calls?count=1`)
}
beforeAll(fill, 60_000)

type Call = { readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'; readonly path: string }
const routes = async (): Promise<readonly Call[]> => {
  const { paths } = (await mine.server.inject({ url: '/openapi.json' })).json() as { paths: Record<string, object> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() as Call['method'] })),
  )
}

// A parameter is an id of the noun before it; where that has none, of what is known by its own name.
const OWN: Readonly<Record<string, string>> = {
  exportId: 'exports',
  run: 'runs',
  key: 'writekey',
  source: 'sources',
  version: '1',
  library: 'lib_1',
  filterId: 'destination filters',
}
const filled = (path: string, space: string): string => {
  const parts = path.split('/')
  return parts
    .map((part, at) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      if (name === undefined) return part
      if (name === 'space') return space
      if (name === 'collection') return 'users'
      if (name === 'channel') return 'EMAIL'
      if (name === 'slug') return 'actions-webhook'
      if (name === 'address') return encodeURIComponent('hidden@thing.example')
      const noun = parts[at - 1] === 'previews' ? 'audience previews' : (parts[at - 1] ?? '')
      return encodeURIComponent(ids.get(noun) ?? ids.get(OWN[name] ?? '') ?? OWN[name] ?? `no ${noun}`)
    })
    .join('/')
}

// Streams end when the reader goes, and are asked apart.
const STREAMS = /\/(live)$/
const BODIES: readonly object[] = [{}, { name: 'x' }, { enabled: false }]

const asked = async ({ method, path }: Call, space: string) => {
  const url = filled(path, space)
  const token = path.startsWith('/v1/') ? mine.profileToken : mine.token
  const bodies = method === 'GET' || method === 'DELETE' ? [undefined] : BODIES
  const answers: { status: number; text: string; url: string }[] = []
  for (const payload of bodies) {
    const answer = await mine.server.inject({
      method,
      url: path.endsWith('/explain') ? `${url}?profile=user_id:eve` : url,
      headers: { authorization: `Bearer ${token}` },
      ...(payload ? { payload } : {}),
    })
    answers.push({ status: answer.statusCode, text: answer.body, url: `${method} ${url}` })
  }
  return answers
}

const theirRows = async (): Promise<string> => {
  const dumps: string[] = []
  // When they used their token is theirs to change; it is read by nobody here.
  for (const table of await tablesOf(db))
    dumps.push(
      (await dumpOf(db, table))
        .split('\n')
        .filter((row) => row.includes('spa_theirs'))
        .toSorted()
        .join('\n'),
    )
  return dumps.join('\n')
}

const tells = (text: string): boolean =>
  /hidden/i.test(text.replaceAll(/"hidden":false|no such|hidden@thing\.example" is no/g, ''))

it('IDR-20 with a token of one space every address of another is closed', async () => {
  const before = await theirRows()
  const all = (await routes()).filter(
    ({ path }) => path.includes('{space}') && !path.startsWith('/webhooks') && !STREAMS.test(path),
  )
  expect(all.length).toBeGreaterThan(150)
  const open: string[] = []
  for (const route of all)
    for (const { status, text, url } of await asked(route, 'spa_theirs'))
      if (status !== 403 || tells(text)) open.push(`${url}: ${status} ${text.slice(0, 200)}`)
  expect(open).toEqual([])
  expect(await theirRows()).toBe(before)
})

it('IDR-20 an id of another space names nothing: it is told by no route, and changed by none', { timeout: 60_000 }, async () => {
  const before = await theirRows()
  const all = (await routes()).filter(
    ({ path }) => /\{(?!space)/.test(path) && path.includes('{space}') && !path.startsWith('/webhooks') && !STREAMS.test(path),
  )
  const told: string[] = []
  let refused = 0
  for (const route of all)
    for (const { status, text, url } of await asked(route, 'spa_mine')) {
      // The address that was asked may be said back.
      const said = text.replaceAll(/hidden(@|%40)thing\.example/gi, '')
      if (status < 300 && !/"(data|traits|status)":/.test(text)) told.push(`${url}: ${status} ${text.slice(0, 200)}`)
      else if (tells(said)) told.push(`${url}: ${status} ${text.slice(0, 200)}`)
      if (status === 404) refused++
    }
  expect(told).toEqual([])
  expect(refused).toBeGreaterThan(80)
  expect(await theirRows()).toBe(before)
})

it('IDR-20 no live stream opens for another space, nor for a source of one', async () => {
  for (const url of [`${T}/live`, `${T}/sources/src_spa_theirs/calls/live`]) {
    const answer = await mine.server.inject({ url, headers: { authorization: `Bearer ${mine.token}` } })
    expect([answer.statusCode, tells(answer.body)]).toEqual([403, false])
  }
  const url = '/spaces/spa_mine/sources/src_spa_theirs/calls/live'
  const answer = await mine.server.inject({ url, headers: { authorization: `Bearer ${mine.token}` } })
  expect(answer.statusCode).toBe(404)
})

it('IDR-20 the ids are right: in their own space they are found', async () => {
  const reads = (await routes()).filter(
    ({ method, path }) => method === 'GET' && path.startsWith('/spaces/{space}/') && /\{\w+\}$/.test(path) && !STREAMS.test(path),
  )
  const missing: string[] = []
  for (const { path } of reads) {
    const { status } = await theirs.call('GET', filled(path, 'spa_theirs'))
    if (status !== 200) missing.push(`${path}: ${status}`)
  }
  // Nobody made one of these.
  const none = ['computed-traits/{id}/exports', 'filters', 'transformations', 'warehouses', 'sql-traits']
  expect(missing.filter((one) => !none.some((noun) => one.includes(`/${noun}/`)))).toEqual([])
})

it('IDR-20 an audience of one space cannot mention one of another', async () => {
  const query = `audience('${SECRET}')`
  for (const definition of [
    { query },
    { condition: { type: 'audience', audience: ids.get('audiences'), member: true } },
    { condition: { type: 'audience', audience: 'hidden_thing', member: true } },
  ]) {
    const answer = await mine.call('POST', '/spaces/spa_mine/audiences', { name: 'Spy', definition })
    expect([answer.status, JSON.stringify(answer.body).includes('Order Completed')]).toEqual([422, false])
  }
})
