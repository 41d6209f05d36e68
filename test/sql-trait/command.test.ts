import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { usherAt } from '../support/usher.ts'
import { sqlTraitSpace } from './space.ts'
import { customerDatabase } from './warehouse.ts'

const database = await freshDatabase()
const space = await sqlTraitSpace(database, await customerDatabase(), 'spa_test')
const url = await space.server.listen({ host: '127.0.0.1', port: 0 })

const usher = usherAt(url, space.token)

const file = join(mkdtempSync(join(tmpdir(), 'usher-sql-')), 'seats.sql')
writeFileSync(file, `select 'ada' as user_id, 3 as seats, 'x' as colour -- everybody\n`)

it('previews a query in a file, lists, and runs', async () => {
  expect(await usher('sql-trait', 'preview', file, '--warehouse', space.warehouseId)).toMatch(
    /1 rows[\s\S]*user_id +seats +colour[\s\S]*\? +ada +3 +x/,
  )
  const id = await space.make(`select 'ada' as user_id, 3 as seats`, { name: 'Seats' })
  await space.runs(id)
  expect(await usher('sql-trait', 'list')).toMatch(/Seats +DONE +1 +1 +2026-06-01 12:00:00/)
  expect(await usher('sql-trait', 'run', id, '--resync')).toContain('"Seats" runs now')
  expect(await space.runs(id)).toMatchObject({ number: 2, changed: 1 })
  expect(await usher('sql-trait', 'preview', file, '--warehouse', space.warehouseId)).toMatch(/✓ +ada/)
})
