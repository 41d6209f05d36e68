import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { alertSettingOf, writeAlertSetting } from '../../src/alert/setting.ts'
import { connect } from '../../src/db/connect.ts'
import { accountOf, createAccount, updateAccount } from '../../src/message/account.ts'
import type { Definition } from '../../src/transformation/definition.ts'
import { transformationsAt } from '../../src/transformation/gate.ts'
import { createTransformation, transformationOf } from '../../src/transformation/transformation.ts'
import { sealStored } from '../../src/worker/seal-stored.ts'
import { selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const NOW = new Date('2026-01-10T00:00:00Z')
const database = await freshDatabase()
const { db, pool } = database
const api = await testApi(database, 'spa_test', () => NOW)
const { id: sourceId } = (await selectRows(db, sql`select id from source where space_id = 'spa_test'`))[0] as { id: string }

const SECRET = 'SG.open-sesame'
const HASH_KEY = 'pepper-of-hashes'
const ALERT = 'signs-what-is-posted'
const hashing = (key: string): Definition => ({
  hashPropertiesConfiguration: { algorithm: 'SHA256', encoding: 'HEX', key, paths: ['traits.ssn'] },
})
const by = { spaceId: 'spa_test', by: 'test', now: NOW }

const stored = async (): Promise<string> =>
  JSON.stringify(
    await selectRows(
      db,
      sql`select a.settings::text || s.secret || t.definition::text as text from provider_account a, alert_setting s, transformation t`,
    ),
  )
const read = async () => ({
  account: (await accountOf(db, 'spa_test', 'acc')).settings['apiKey'],
  alert: (await alertSettingOf(db, 'spa_test')).secret,
  gate: (await transformationsAt(db, 'spa_test', sourceId))[0]?.definition,
  one: (await transformationOf(db, 'spa_test', 'tra')).definition,
})
const OPEN = { account: SECRET, alert: ALERT, gate: hashing(HASH_KEY), one: hashing(HASH_KEY) }

it('what opens somebody else’s door is not in the database as it is, and is read as it was written', async () => {
  expect(api.spaceId).toBe('spa_test')
  const settings = { apiKey: SECRET, from: 'shop@example.com' }
  await createAccount(db, 'spa_test', { id: 'acc', channel: 'email', kind: 'sendgrid', name: 'Mail', settings }, NOW)
  await writeAlertSetting(db, by, { volume: true, violations: true, url: 'https://example.com', secret: ALERT })
  await createTransformation(db, by, {
    id: 'tra',
    sourceId,
    destination: '',
    condition: `type = 'identify'`,
    name: 'Hash',
    enabled: true,
    definition: hashing(HASH_KEY),
  })
  expect(await read()).toEqual(OPEN)
  // What is laid over the settings leaves the secret as it is.
  await updateAccount(db, 'spa_test', 'acc', { settings: { fromName: 'Shop' } }, NOW)
  expect(await read()).toEqual(OPEN)
  for (const secret of [SECRET, HASH_KEY, ALERT]) expect(await stored()).not.toContain(secret)
})

it('what older versions stored as it was is read, and sealed by a worker that begins', async () => {
  await pool.query(`update provider_account set settings = settings || $1`, [JSON.stringify({ apiKey: SECRET })])
  await pool.query(`update alert_setting set secret = $1`, [ALERT])
  await pool.query(`update transformation set definition = $1`, [JSON.stringify(hashing(HASH_KEY))])
  expect(await stored()).toContain(SECRET)
  expect(await read()).toEqual(OPEN)
  await sealStored(db)
  const sealed = await stored()
  for (const secret of [SECRET, HASH_KEY, ALERT]) expect(sealed).not.toContain(secret)
  expect(await read()).toEqual(OPEN)
  await sealStored(db)
  expect(await stored()).toBe(sealed)
})

it('with another secret it is not read, and what to do is said', async () => {
  const other = connect(database.url, { secret: 'another secret' })
  await expect(accountOf(other.db, 'spa_test', 'acc')).rejects.toThrow(/USHER_SECRET is another/)
  await other.close()
})
