import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

/** A space whose sources have transformations, and a decoy space beside it. */
export const transforming = async () => {
  const database = await freshDatabase()
  const api = await testApi(database)
  const decoy = await testApi(database, 'spa_decoy')
  const S = '/spaces/spa_test'
  let count = 0
  const source = async () => {
    const { id, writeKeys } = (await api.call('POST', `${S}/sources`, { name: `source ${count++}` })).body.data.source
    const send = async (call: object) => {
      const messageId = `m ${count++}`
      const answer = await post(api.server, '/v1/batch', { batch: [{ userId: 'ada', messageId, ...call }] }, basic(writeKeys[0]))
      const stored = (await eventsOf(database.db, 'spa_test')).find((event) => event['message_id'] === messageId)
      return { result: answer.body.results[0], stored, messageId }
    }
    const make = (body: object) => api.call('POST', `${S}/transformations`, { name: 'T', sourceId: id, ...body })
    return { id: id as string, send, make }
  }
  return { api, decoy, db: database.db, S, source }
}
