import { expect } from 'vitest'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

export type Body = ReturnType<typeof JSON.parse>

/** A space with sources and functions on them, and a decoy space beside it. */
export const functioning = async (spaceId: string) => {
  const database = await freshDatabase()
  const api = await testApi(database, spaceId)
  const decoy = await testApi(database, `${spaceId}_decoy`)
  const S = `/spaces/${spaceId}`
  let count = 0

  const source = async (ofSpace = api) => {
    const { body } = await ofSpace.call('POST', `/spaces/${ofSpace.spaceId}/sources`, { name: `source ${count++}` })
    const { id, writeKeys } = body.data.source as { id: string; writeKeys: readonly string[] }
    const batch = async (calls: readonly object[], path = '/v1/batch') => {
      const sent = calls.map((call) => ({ userId: 'ada', messageId: `m ${count++}`, ...call }))
      const answer = await post(ofSpace.server, path, { batch: sent }, basic(writeKeys[0] ?? ''))
      const events = await eventsOf(database.db, ofSpace.spaceId)
      return {
        ...{ status: answer.status, body: answer.body as Body, headers: answer.headers },
        sent,
        stored: sent.map(({ messageId }) => events.find((event) => event['message_id'] === messageId)),
      }
    }
    const send = async (call: object) => {
      const { body: said, stored, ...rest } = await batch([call])
      return { ...rest, result: said.results[0] as Body, stored: stored[0] }
    }
    const calls = async () => (await ofSpace.call('GET', `/spaces/${ofSpace.spaceId}/sources/${id}/calls`)).body.data.calls
    const drops = async () => (await ofSpace.call('GET', `/spaces/${ofSpace.spaceId}/sources/${id}/drops`)).body.data
    return { id, key: writeKeys[0] ?? '', send, batch, calls, drops }
  }

  const make = (code: string, more: object = {}) =>
    api.call('POST', `${S}/functions`, { resourceType: 'INSERT_SOURCE', displayName: `function ${count++}`, code, ...more })
  const made = async (code: string, more: object = {}): Promise<string> => {
    const answer = await make(code, more)
    expect([answer.status, answer.body], JSON.stringify(answer.body)).toEqual([201, expect.anything()])
    return answer.body.data.function.id
  }
  const deploy = (id: string) => api.call('POST', `${S}/functions/${id}/deploy`)
  const connect = (functionId: string, integrationId: string, more: object = {}) =>
    api.call('POST', `${S}/insert-function-instances`, { functionId, integrationId, name: 'on', enabled: true, ...more })

  /** A source with a deployed function on it. */
  const running = async (code: string, more: object = {}) => {
    const at = await source()
    const functionId = await made(code)
    await deploy(functionId)
    const { status, body } = await connect(functionId, at.id, more)
    expect([status, JSON.stringify(body)]).toEqual([201, expect.anything()])
    return { ...at, functionId, instanceId: body.data.insertFunctionInstance.id as string }
  }
  return { ...database, api, decoy, S, source, make, made, deploy, connect, running }
}
