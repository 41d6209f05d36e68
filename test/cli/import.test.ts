import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeNextImport } from '../../src/ingest/import/make.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const api = await testApi(database)
const usher = usherAt(await api.server.listen({ host: '127.0.0.1', port: 0 }), api.token)
const folder = mkdtempSync(join(tmpdir(), 'usher-import-'))
const file = (content: string): string => {
  writeFileSync(join(folder, 'people.csv'), content)
  return join(folder, 'people.csv')
}

it('CSV-04 CSV-06 imports people from the command line, and lists what was imported', async () => {
  const path = file('user_id,plan\nada,pro\n,free\n')
  expect(await usher('import', 'profiles', path, '--no-wait')).toContain('people.csv: RUNNING, 0 of 2 rows taken')
  await makeNextImport({ db: database.db, now: () => new Date(), random: api.door.random, newClaim: () => 'one' })
  const list = await usher('import', 'list')
  expect(list).toMatch(/people\.csv +profiles +COMPLETED +2 +1 +0 +1 /)
  expect(await usher('import', 'show', list.match(/imp_\w+/)?.[0] ?? '')).toContain(
    'line 3: every identifier of this row is blank',
  )
})

it('CSV-05 says what is wrong with a file before anything is taken', async () => {
  await expect(usher('import', 'profiles', file('plan\npro\n'))).rejects.toThrow(/line 1: has no column that says who it is/)
})
