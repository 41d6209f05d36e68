import { expect, it } from 'vitest'
import { makeNextReplays } from '../../src/ingest/replay/make.ts'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { type TestApi, testApi } from '../support/server.ts'

/* A source that feeds another space: each space's own function sees what comes to it, of the past and from now on. */
const database = await freshDatabase()
const { db } = database
let now = new Date('2026-03-10T12:00:00Z')
const clock = () => now
const [giver, taker] = [await testApi(database, 'spa_giver', clock), await testApi(database, 'spa_taker', clock)]

const runAt = async ({ call, spaceId }: TestApi, sourceId: string, code: string): Promise<string> => {
  const made = await call('POST', `/spaces/${spaceId}/functions`, { resourceType: 'INSERT_SOURCE', displayName: 'F', code })
  const { id } = made.body.data.function
  await call('POST', `/spaces/${spaceId}/functions/${id}/deploy`)
  const body = { functionId: id, integrationId: sourceId, name: 'on', enabled: true }
  const { status, body: said } = await call('POST', `/spaces/${spaceId}/insert-function-instances`, body)
  expect([status, JSON.stringify(said)]).toEqual([201, expect.anything()])
  return said.data.insertFunctionInstance.id
}
const marking = (mark: string): string => `function onTrack(event) {
  if (event.event === 'drop by ${mark}') throw new DropEvent()
  if (event.event === 'again by ${mark}') throw new RetryError('later')
  event.properties = { ...event.properties, ${mark}: true }
  return event
}`
const track = (event: string, more: object = {}) => ({
  type: 'track',
  userId: 'u',
  event,
  messageId: event,
  properties: {},
  ...more,
})
const send = (...calls: readonly object[]) => post(giver.server, '/v1/batch', { batch: calls }, basic(giver.writeKey))
const propertiesIn = async ({ spaceId }: TestApi) =>
  Object.fromEntries((await eventsOf(db, spaceId)).map((event) => [event['message_id'], event['properties']]))

it('SRC-18 a replay goes through the function of the source that it comes to, and is refused line by line', async () => {
  const timestamp = '2026-03-08T12:00:00Z'
  await send(...['past', 'drop by taker', 'again by taker'].map((event) => track(event, { timestamp })))
  const connected = '/spaces/spa_taker/connected-sources'
  expect((await taker.call('POST', connected, { token: giver.token, sourceId: 'src_spa_giver' })).status).toBe(201)
  const read = async () => (await taker.call('GET', connected)).body.data.connectedSources[0]
  await runAt(taker, (await read()).sourceId ?? (await read()).id, marking('taker'))
  now = new Date(now.getTime() + 11_000)
  const context = { db, now: clock, random: taker.door.random, newClaim: () => 'claim', told: () => {} }
  while (await makeNextReplays(context));
  expect((await read()).replay).toMatchObject({ status: 'COMPLETED', progress: { taken: 1, refused: 2 } })
  expect(await propertiesIn(taker)).toEqual({ past: { taker: true } })
})

it('SRC-18 what a source feeds another space goes there as its function left it, and through the function there', async () => {
  await runAt(giver, 'src_spa_giver', marking('giver'))
  const { status, body } = await send(track('both'), track('drop by giver'), track('again by taker', { messageId: 'again' }))
  // Here it is stored; there it is not yet, so the sender sends it again.
  expect([status, body.error?.code]).toEqual([503, 'RETRY_ERROR'])
  expect(await propertiesIn(giver)).toMatchObject({ both: { giver: true }, again: { giver: true } })
  expect(await propertiesIn(taker)).toEqual({ past: { taker: true }, both: { giver: true, taker: true } })
})
