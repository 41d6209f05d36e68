import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { type Mishap, startListPlatform } from '../support/fakes/list-platform.ts'
import { connecting } from './support.ts'

const world = await connecting()
const {
  api,
  decoy,
  database,
  S,
  now,
  pass: later,
  settle,
  relay,
  passAll,
  drain,
  send,
  order,
  audience,
  trait,
  connect,
  rows,
  trap,
} = world
const HOUR_MS = 3_600_000
const TOOL = 'actions-webhook-audiences'
const SCRIPT = fileURLToPath(new URL('../support/sync-process.ts', import.meta.url))

type Platform = Awaited<ReturnType<typeof startListPlatform>>
const listsAt = (platform: Pick<Platform, 'url'>) =>
  world.addDestination(world.sourceId, TOOL, {
    createAudienceUrl: `${platform.url}/lists`,
    membersUrl: `${platform.url}/members`,
  })
const bring = async (): Promise<void> => {
  await settle()
  await relay()
  await passAll()
  await drain()
}
const attach = async (id: string, platform: Platform, more: Readonly<Record<string, unknown>> = {}) => {
  const answer = await connect(`/audiences/${id}`, await listsAt(platform), more)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  const connection = answer.body.data.destinationConnection.id as string
  return {
    connection,
    list: () => [...(platform.lists.get('list 1') ?? [])].toSorted(),
    shown: async () =>
      (await api.call('GET', `${S}/audiences/${id}/destination-connections/${connection}`)).body.data.destinationConnection,
  }
}
const marks = async (connection: string) => (await rows('connection_mark')).filter((row) => row['connection_id'] === connection)

it('CTR-17 a computed trait is not connected to a tool that keeps lists, and the sentence says what is possible', async () => {
  const id = await trait('Number of orders')
  const refused = await connect(`/computed-traits/${id}`, await listsAt(await startListPlatform()))
  expect(refused).toMatchObject({ status: 422, body: { error: { code: 'trait_to_list' } } })
  expect(refused.body.error.message).toMatch(/"Number of orders" is a computed trait.*takes audiences only/)
})

it('DST-02 a list is made once with the name of the audience, filled, and then told who comes and who goes', async () => {
  const id = await audience('List of buyers', "event('Bought').within(7 days).count() >= 1")
  const platform = await startListPlatform()
  const theirs = await decoy.call('POST', '/spaces/spa_decoy/destinations', {
    sourceId: 'src_spa_decoy',
    metadataId: TOOL,
    settings: { createAudienceUrl: trap.url, membersUrl: trap.url },
  })
  await decoy.call('POST', '/spaces/spa_decoy/audiences/list_of_buyers/destination-connections', {
    destination: { id: theirs.body.data.destination.id },
  })
  await send(
    { type: 'identify', userId: 'ada', traits: { email: 'one@example.com' } },
    { type: 'identify', userId: 'ada', traits: { email: 'two@example.com' } },
    { type: 'track', userId: 'ada', event: 'Bought' },
  )
  const { list, shown, connection } = await attach(id, platform, { connectionSettings: { extras: { team: 'growth' } } })
  await bring()
  expect(platform.names).toEqual(['List of buyers'])
  expect(list()).toEqual(['ada one@example.com', 'ada two@example.com'])
  expect(await shown()).toMatchObject({ externalAudienceId: 'list 1', syncStatus: 'Live', lastError: null })
  const [item] = JSON.parse(platform.calls.at(-1)?.body ?? '[]')
  expect(item).toMatchObject({
    team: 'growth',
    audienceName: 'List of buyers',
    externalId: 'list 1',
    type: 'track',
    event: 'Audience Entered',
    context: { personas: { computation_id: id } },
  })
  const calls = platform.calls.length
  await bring()
  expect(platform.calls, 'nothing changed').toHaveLength(calls)
  await send({ type: 'track', userId: 'bob', event: 'Bought' })
  await bring()
  expect(list()).toContain('bob ')
  later(8 * 24 * HOUR_MS)
  await bring()
  expect(list()).toEqual([])
  expect(await marks(connection)).toEqual([])
  expect(platform.names).toHaveLength(1)
  expect(trap.calls.filter(({ body }) => body.includes('spa_test'))).toEqual([])
  const reserved = await api.call('PATCH', `${S}/audiences/${id}/destination-connections/${connection}`, {
    connectionSettings: { extras: { externalId: 'mine' } },
  })
  expect(reserved).toMatchObject({
    status: 422,
    body: { error: { problems: [{ field: 'connectionSettings.extras.externalId' }] } },
  })
})

it('an item that spoils its request is left out, and all the others arrive', async () => {
  const id = await audience('Spoiled', "event('Spoil').count() >= 1")
  const platform = await startListPlatform(() => 'none', new Set(['user 3']))
  const users = Array.from({ length: 7 }, (_, n) => `user ${n}`)
  await send(...users.map((userId) => ({ type: 'track', userId, event: 'Spoil' })))
  const { list, connection } = await attach(id, platform)
  await bring()
  expect(list()).toEqual(users.filter((user) => user !== 'user 3').map((user) => `${user} `))
  expect(await marks(connection)).toEqual([])
})

const random = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}
const MISHAPS: readonly Mishap[] = ['none', 'none', 'before', 'half', 'unheard', 'busy']

it.each([1, 2, 3])('G8 a list converges to its audience whatever goes wrong on the way (seed %i)', async (seed) => {
  const event = `Round ${seed}`
  const id = await audience(`Converges ${seed}`, `event('${event}').within(3 days).count() >= 1`)
  const draw = random(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(draw() * items.length)] as T
  let healthy = false
  const platform = await startListPlatform((path) => (healthy || path === '/lists' ? 'none' : pick(MISHAPS)))
  const { list, connection, shown } = await attach(id, platform)
  const users = Array.from({ length: 12 }, (_, n) => `user ${seed} ${n}`)
  for (let round = 0; round < 20; round++) {
    const userId = pick(users)
    if (draw() < 0.7) await send({ type: 'track', userId, event })
    if (draw() < 0.3) await send({ type: 'identify', userId, traits: { email: `${round}@example.com` } })
    later(Math.floor(draw() * 12 * HOUR_MS))
    await bring()
  }
  healthy = true
  await send({ type: 'track', userId: users[0], event })
  await bring()
  later(25 * HOUR_MS)
  await bring()
  const members = (await rows('membership')).filter((row) => row['audience_id'] === id).map((row) => row['profile_id'])
  const people = (await rows('profile')).filter((row) => members.includes(row['id'])).map((row) => row['identifiers'])
  const ids = people.flatMap(({ user_id: [userId], email = [''] }) => email.map((each: string) => `${userId} ${each}`))
  const usersIn = new Set(list().map((item) => item.split(' ').slice(0, 3).join(' ')))
  expect([...usersIn].toSorted(), 'who is in, and nobody else').toEqual(people.map((each) => each.user_id[0]).toSorted())
  expect(
    ids.filter((item) => !list().includes(item)),
    'under every identifier',
  ).toEqual([])
  const told = (await rows('connection_told')).filter((row) => row['connection_id'] === connection)
  expect(told.map((row) => row['profile_id']).toSorted()).toEqual(members.toSorted())
  expect(
    told.every((row) => row['value'] === true),
    'of nobody it is unsure',
  ).toBe(true)
  expect(list().length).toBeGreaterThan(0)
  expect(await marks(connection)).toEqual([])
  expect(await shown()).toMatchObject({ lastError: null })
  later(96 * HOUR_MS)
  await bring()
  expect(list()).toEqual([])
})

it.each(['sync.list_intended', 'sync.list_sent', 'sync.list_created'])(
  'G8 a worker that dies at %s is followed by one that makes the list agree',
  async (crashAt) => {
    const event = `Dies ${crashAt}`
    const id = await audience(event, `event('${event}').count() >= 1`)
    const platform = await startListPlatform()
    await send(...['mia', 'ned'].map((userId) => ({ type: 'track', userId, event })))
    await settle()
    const { connection } = await attach(id, platform)
    const worker = spawn('node', [SCRIPT, database.url, crashAt, now().toISOString()], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [, signal] = await once(worker, 'exit')
    expect(signal).toBe('SIGKILL')
    await bring()
    const before = platform.calls.length
    expect(await marks(connection), 'it may be at it still').toHaveLength(2)
    later(61_000)
    await bring()
    expect(platform.calls.length).toBeGreaterThan(before)
    const [listId] = [...platform.lists.keys()].slice(-1)
    expect([...(platform.lists.get(listId ?? '') ?? [])].toSorted()).toEqual(['mia ', 'ned '])
    expect(await marks(connection)).toEqual([])
  },
)

it('a list that cannot be made says why, and is made when it can', async () => {
  const id = await audience('Not yet', "event('Not yet').count() >= 1")
  let broken = true
  const platform = await startListPlatform(() => (broken ? 'before' : 'none'))
  await send({ type: 'track', userId: 'zoe', event: 'Not yet' })
  const { list, shown } = await attach(id, platform)
  await bring()
  expect((await shown()).lastError).toContain('500')
  broken = false
  await order('somebody')
  later(HOUR_MS)
  await bring()
  expect(list()).toHaveLength(1)
  expect((await shown()).lastError).toBeNull()
})
