import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { inspectQueries } from '../../src/db/query.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { drainRemovals } from '../../src/sync/take-off.ts'
import { foundInDump } from '../support/dump.ts'
import { type Mishap, startListPlatform } from '../support/fakes/list-platform.ts'
import { inspectQuery } from '../support/query-rules.ts'
import { connecting } from './support.ts'

const world = await connecting()
const {
  db,
  api,
  database,
  S,
  now,
  pass: later,
  settle,
  relay,
  passAll,
  drain,
  deliver,
  send,
  audience,
  trait,
  told,
  rows,
} = world
const HOUR_MS = 3_600_000
const SCRIPT = fileURLToPath(new URL('../support/removal-process.ts', import.meta.url))
const outside = { db, now, newClaim: () => randomUUID() }

const list = async (id: string, mishap: (path: string) => Mishap = () => 'none', poison: readonly string[] = []) => {
  const platform = await startListPlatform(mishap, new Set(poison))
  const settings = { createAudienceUrl: `${platform.url}/lists`, membersUrl: `${platform.url}/members` }
  const destination = await world.addDestination(world.sourceId, 'actions-webhook-audiences', settings)
  const answer = await world.connect(`/audiences/${id}`, destination)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  const connection = answer.body.data.destinationConnection.id as string
  return { ...platform, destination, connection, on: () => [...(platform.lists.get('list 1') ?? [])].toSorted() }
}
/** All are told who is in, but for what is to be delivered one by one. */
const queue = async (): Promise<void> => {
  await settle()
  await relay()
  await passAll()
  await drain()
}
const bring = async (): Promise<void> => {
  await queue()
  await deliver()
}
const ask = async (userId: string, regulationType = 'SUPPRESS_WITH_DELETE'): Promise<string> =>
  (await api.call('POST', `${S}/regulations`, { regulationType, subjectIds: [userId] })).body.data.regulateId
const erase = async (): Promise<void> => {
  while (await eraseNext({ ...outside, leave: leaveDestinations }));
}
const takeOff = async (): Promise<void> => {
  await drainRemovals({ ...outside, random: () => 0.5 })
  await deliver()
  await drainRemovals({ ...outside, random: () => 0.5 })
}
const wait = async (ms: number): Promise<void> => {
  later(ms)
  await erase()
  await takeOff()
}
const regulation = async (id: string) => (await api.call('GET', `${S}/regulations/${id}`)).body.data.regulation
const exits = ({ said }: { said: () => readonly object[] }) =>
  said().filter((call) => 'event' in call && call.event === 'Audience Exited')
const enters = async (event: string, ...people: readonly string[]) =>
  send(
    ...people.flatMap((userId) => [
      { type: 'identify', userId, traits: { email: `${userId}@secret.example` } },
      { type: 'track', userId, event },
    ]),
  )
const ofHers = (userId: string) => foundInDump(db, [userId, `${userId}@secret.example`])

it('CNS-06 who is erased is taken off every list and at every tool that was told of her, and nothing of hers is left', async () => {
  const id = await audience('Off', "event('Off').count() >= 1")
  const platform = await list(id)
  const hook = await told(`/audiences/${id}`)
  const traits = await told(`/computed-traits/${await trait('Offs', "event('Off').count()")}`)
  await enters('Off', 'eve-off', 'ada')
  await bring()
  expect(platform.on()).toEqual(['ada ada@secret.example', 'eve-off eve-off@secret.example'])
  const request = await ask('eve-off')
  await erase()
  expect(await regulation(request)).toMatchObject({
    overallStatus: 'RUNNING',
    removals: { waiting: 3, delivered: 0, givenUp: 0 },
  })
  expect((await rows('connection_removal')).map((row) => row['ids'])).toEqual(
    Array.from({ length: 3 }, () => [{ userId: 'eve-off', email: 'eve-off@secret.example' }]),
  )
  await takeOff()
  expect(platform.on()).toEqual(['ada ada@secret.example'])
  expect(exits(hook)).toMatchObject([{ userId: 'eve-off', properties: { audience_key: 'off', off: false } }])
  expect(traits.said().at(-1)).toMatchObject({ userId: 'eve-off' })
  expect(traits.said().filter((call) => JSON.stringify(call).includes('"offs":null'))).toHaveLength(2)
  await wait(61_000)
  await wait(61_000)
  expect(await regulation(request)).toMatchObject({
    overallStatus: 'FINISHED',
    removals: { waiting: 0, delivered: 3, givenUp: 0 },
  })
  expect(await rows('connection_removal')).toEqual([])
  // The decoy has somebody of the same name, who stays.
  expect(await ofHers('eve-off')).toEqual(expect.arrayContaining(['profile: eve-off']))
  const mine = (await Promise.all(['event_delivery', 'delivery_attempt', 'connection_told'].map(rows))).flat()
  expect(JSON.stringify(mine)).not.toContain('eve-off')
  expect(exits(hook)).toHaveLength(1)
})

it('CNS-06 a tool that never heard of her is not told, and an exit that waits is told all the same', async () => {
  const id = await audience('Unheard', "event('Unheard').within(2 hours).count() >= 1")
  const hook = await told(`/audiences/${id}`)
  await bring()
  await enters('Unheard', 'eve-unheard', 'eve-in-and-out', 'eve-gone')
  await queue()
  // Of one the exit is queued, too, before anything was sent; of another the entry was sent.
  const unheard = await ask('eve-unheard')
  await erase()
  expect((await regulation(unheard)).removals).toEqual({ waiting: 0, delivered: 0, givenUp: 0 })
  later(3 * HOUR_MS)
  await queue()
  const inAndOut = await ask('eve-in-and-out')
  await erase()
  expect((await regulation(inAndOut)).removals.waiting).toBe(0)
  await deliver()
  await enters('Unheard', 'eve-gone')
  await bring()
  later(3 * HOUR_MS)
  await queue()
  expect((await rows('connection_told')).filter((row) => row['connection_id'] === hook.connection)).toEqual([])
  const before = exits(hook).length
  const gone = await ask('eve-gone')
  await erase()
  expect((await regulation(gone)).removals.waiting).toBe(1)
  await takeOff()
  expect(exits(hook)).toHaveLength(before + 1)
  expect(JSON.stringify(hook.said())).not.toMatch(/eve-unheard|eve-in-and-out/)
})

it('CNS-06 a tool that does not take it is asked again, and given up where it never will; nothing of hers stays either way', async () => {
  const id = await audience('Again', "event('Again').count() >= 1")
  let busy: Mishap = 'none'
  const slow = await list(id, (path) => (path === '/lists' ? 'none' : busy))
  const never = await list(id)
  let refuses = false
  const hook = await told(`/audiences/${id}`, {}, () => ({ status: refuses ? 400 : 200 }))
  await enters('Again', 'eve-again', 'ada')
  await bring()
  never.poison.add('eve-again')
  busy = 'before'
  refuses = true
  const request = await ask('eve-again')
  await erase()
  await takeOff()
  expect((await regulation(request)).removals).toEqual({ waiting: 1, delivered: 0, givenUp: 2 })
  expect(hook.said().length).toBeGreaterThan(0)
  await wait(61_000)
  await wait(61_000)
  expect(await regulation(request)).toMatchObject({ overallStatus: 'RUNNING', removals: { waiting: 1 } })
  expect(slow.on()).toHaveLength(2)
  busy = 'none'
  await wait(HOUR_MS)
  await wait(6_000)
  expect(slow.on()).toEqual(['ada ada@secret.example'])
  expect(await regulation(request)).toMatchObject({
    overallStatus: 'FINISHED',
    removals: { waiting: 0, delivered: 1, givenUp: 2 },
  })
  expect(JSON.stringify(await rows('delivery_attempt'))).not.toContain('eve-again')
})

it('CNS-06 switched off, a tool is told when it is on again, or given up after a week; one that is removed, at once', async () => {
  const id = await audience('Paused', "event('Paused').count() >= 1")
  const [back, off, removed] = [await list(id), await list(id), await list(id)]
  await enters('Paused', 'eve-paused')
  await bring()
  const at = (connection: string) => `${S}/audiences/${id}/destination-connections/${connection}`
  for (const { connection } of [back, off]) await api.call('PATCH', at(connection), { enabled: false })
  const request = await ask('eve-paused')
  await erase()
  await api.call('DELETE', at(removed.connection))
  await takeOff()
  expect((await regulation(request)).removals).toEqual({ waiting: 2, delivered: 0, givenUp: 1 })
  await api.call('PATCH', at(back.connection), { enabled: true })
  await wait(61_000)
  expect([back.on(), off.on()]).toEqual([[], ['eve-paused eve-paused@secret.example']])
  await wait(8 * 24 * HOUR_MS)
  await wait(6_000)
  expect(await regulation(request)).toMatchObject({ overallStatus: 'FINISHED', removals: { delivered: 1, givenUp: 2 } })
  expect(await rows('connection_removal')).toEqual([])
})

it('CNS-06 an erasure that is of here only tells nobody, and who came back and is in again stays', async () => {
  const id = await audience('Here', "event('Here').count() >= 1")
  const platform = await list(id)
  await enters('Here', 'eve-here', 'eve-back')
  await bring()
  const here = await ask('eve-here', 'SUPPRESS_WITH_DELETE_INTERNAL')
  await erase()
  expect((await regulation(here)).removals).toEqual({ waiting: 0, delivered: 0, givenUp: 0 })
  await ask('eve-back', 'DELETE_ONLY')
  await erase()
  await enters('Here', 'eve-back')
  await bring()
  await takeOff()
  expect(platform.on()).toEqual(['eve-back eve-back@secret.example', 'eve-here eve-here@secret.example'])
})

it('CNS-06 as many statements take off many as one, at a list and at a tool; who is on the way is looked at again', async () => {
  const id = await audience('Many', "event('Many').count() >= 1")
  const platform = await list(id)
  const hook = await told(`/audiences/${id}`)
  const crowd = Array.from({ length: 6 }, (_, n) => `eve-many-${n}`)
  await enters('Many', 'eve-alone', 'eve-stays', ...crowd)
  await bring()
  const statements = async (...subjectIds: string[]): Promise<readonly string[]> => {
    const regulationType = 'SUPPRESS_WITH_DELETE'
    const request = (await api.call('POST', `${S}/regulations`, { regulationType, subjectIds })).body.data.regulateId
    await erase()
    const names: string[] = []
    inspectQueries((name, compiled) => {
      if (/removal|connection|delivery|regulation/.test(name)) names.push(name)
      inspectQuery(name, compiled)
    })
    await drainRemovals({ ...outside, random: () => 0.5 })
    await drainRemovals({ ...outside, random: () => 0.5 })
    inspectQueries(inspectQuery)
    expect((await regulation(request)).removals.waiting).toBe(subjectIds.length)
    await deliver()
    await wait(6_000)
    expect((await regulation(request)).removals).toEqual({ waiting: 0, delivered: 2 * subjectIds.length, givenUp: 0 })
    return names
  }
  expect((await statements(...crowd)).toSorted()).toEqual((await statements('eve-alone')).toSorted())
  expect(platform.on()).toEqual(['eve-stays eve-stays@secret.example'])
  expect(new Set(exits(hook).map((call) => ('userId' in call ? call.userId : '')))).toEqual(new Set(['eve-alone', ...crowd]))
})

it.each(['sync.left', 'regulation.forgotten', 'regulation.removed', 'sync.removal_queued', 'sync.removal_sent'])(
  'CNS-06 a worker that dies at %s is followed by one that loses no removal, and takes off nobody else',
  async (crashAt) => {
    const name = crashAt.replace(/\W/g, ' ')
    const id = await audience(name, `event('${name}').count() >= 1`)
    const platform = await list(id)
    const hook = await told(`/audiences/${id}`)
    const [eve, una] = [`eve-${crashAt}`, `una-${crashAt}`]
    await enters(name, eve, 'ada', 'bob')
    await bring()
    await enters(name, una)
    await settle()
    await relay()
    const requests = [await ask(eve), await ask(una)]
    const worker = spawn('node', [SCRIPT, database.url, crashAt, now().toISOString()], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [, signal] = await once(worker, 'exit')
    expect(signal).toBe('SIGKILL')
    for (let n = 0; n < 4; n++) await wait(61_000)
    expect(platform.on()).toEqual(['ada ada@secret.example', 'bob bob@secret.example'])
    const gone = exits(hook).map((call) => ('userId' in call ? call.userId : ''))
    expect([...new Set(gone)]).toEqual([eve])
    expect(JSON.stringify([hook.said(), platform.calls])).not.toContain(una)
    const found = await Promise.all(requests.map(regulation))
    expect(found.map(({ overallStatus, removals }) => [overallStatus, removals])).toEqual([
      ['FINISHED', { waiting: 0, delivered: 2, givenUp: 0 }],
      ['FINISHED', { waiting: 0, delivered: 0, givenUp: 0 }],
    ])
  },
)
