import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const api = await testApi(await freshDatabase())
const usher = usherAt(await api.server.listen({ host: '127.0.0.1', port: 0 }), api.token)
const before = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'usher-plan-csv-'))
process.chdir(folder)
atEnd(() => process.chdir(before))

it('PRO-08 a plan goes out as CSV and comes back from the command line', async () => {
  const made = await api.call('POST', '/spaces/spa_test/tracking-plans', { name: 'Shop' })
  const { id } = made.body.data.trackingPlan
  writeFileSync('first.csv', 'Rule Type,Name,Property,Data Type\nTRACK,Order,total,number\n')
  expect(await usher('tracking-plan', 'upload', id, 'first.csv')).toContain('created TRACK Order')
  expect(await usher('tracking-plan', 'download', id, 'plan.csv')).toContain('written to plan.csv')
  expect(await usher('tracking-plan', 'upload', id, 'plan.csv', '--replace')).toContain('0 changes')
  writeFileSync('bad.csv', 'Rule Type,Name,Property,Data Type\nTRACK,Order,total,money\n')
  await expect(usher('tracking-plan', 'upload', id, 'bad.csv')).rejects.toThrow(
    /1 row is wrong.*\n.*line 2, Data Type.*\n.*error_report\.csv/,
  )
  expect(readFileSync('error_report.csv', 'utf8')).toContain('2,Data Type,')
})
