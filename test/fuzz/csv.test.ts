import { expect, it } from 'vitest'
import { makeNextImport } from '../../src/ingest/import/make.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { chanceOf } from './chance.ts'
import { csvOf } from './routes.ts'

const database = await freshDatabase()
const api = await testApi(database)
const seed = Date.now() % 2_147_483_647

it('CSV-04 whatever is in a file, it is refused whole with reasons, or comes to its end with every line taken or refused', async () => {
  const chance = chanceOf(seed)
  const words = ['u1', 'u2', 'ada@example.com', 'bob@example.com', '7', 'true', '2026-01-01']
  let made = 0
  for (let n = 0; n < 150; n++) {
    const file = csvOf(chance, words, chance.one([0, 2, 10, 40]))
    const answer = await api.server.inject({
      method: 'POST',
      url: '/spaces/spa_test/imports?name=people.csv',
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'text/csv' },
      payload: file,
    })
    const told = `seed ${seed}, file ${n}: ${JSON.stringify(file).slice(0, 2_000)}`
    expect([202, 422], `${told} was answered ${answer.body}`).toContain(answer.statusCode)
    if (answer.statusCode !== 202) continue
    made++
    await makeNextImport({ db: database.db, now: () => new Date(), newClaim: () => `claim ${n}`, random: api.door.random })
    const { importId } = answer.json().data.import
    const { status, progress } = (await api.call('GET', `/spaces/spa_test/imports/${importId}`)).body.data.import
    expect([status, progress.taken + progress.refused], told).toEqual(['COMPLETED', progress.expected])
  }
  expect(made, `seed ${seed}`).toBeGreaterThan(0)
})
