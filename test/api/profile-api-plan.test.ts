import type { CompiledQuery } from 'kysely'
import { expect, it } from 'vitest'
import { inspectQueries } from '../../src/db/query.ts'
import { basic, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { inspectQuery } from '../support/query-rules.ts'
import { testApi } from '../support/server.ts'

/* How fast the Profile API is among a million people is measured by `npm run bench profile`; what makes it so is shown here. */

const database = await freshDatabase()
const { pool } = database
const api = await testApi(database)

it('PRF-10 fifty traits, computed ones and audiences are read by two statements, each by indexes', async () => {
  const traits = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, n]))
  await post(api.server, '/v1/identify', { userId: 'u1', traits }, basic(api.writeKey))
  const asked: { readonly name: string; readonly compiled: CompiledQuery }[] = []
  inspectQueries(async (name, compiled) => {
    await inspectQuery(name, compiled)
    // Beside what is asked about the token. Others ask meanwhile: who looks at a source's calls now.
    if (/^profile(_identifier)?\./.test(name)) asked.push({ name, compiled })
  })
  const at = '/v1/spaces/spa_test/collections/users/profiles/user_id:u1/traits?limit=200'
  const answer = await api.server.inject({ url: at, headers: { authorization: `Bearer ${api.profileToken}` } })
  expect(Object.keys(answer.json().traits)).toHaveLength(50)
  expect(asked.map(({ name }) => name)).toEqual(['profile_identifier.owner', 'profile.known_by_id'])
  const client = await pool.connect()
  try {
    // On tables this small everything is read whole; what is read whole even so could not be asked for otherwise.
    await client.query('set enable_seqscan = off')
    for (const { name, compiled } of asked) {
      const { rows } = await client.query(`explain ${compiled.sql}`, [...compiled.parameters])
      expect(rows.map((row) => row['QUERY PLAN']).join('\n'), name).not.toMatch(/Seq Scan/)
    }
  } finally {
    await client.query('reset enable_seqscan')
    client.release()
  }
})
