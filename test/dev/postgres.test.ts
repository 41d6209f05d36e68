import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { endPreviousPostgres, ensureDatabase, startPostgres } from '../../src/dev/postgres.ts'

const ask = async (url: string, statement: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

it('what a killed start left running is ended, and its data is there, fsync on, in a path with spaces', async () => {
  const base = mkdtempSync(join(tmpdir(), 'usher postgres '))
  rmSync(base, { recursive: true })
  const folder = join(base, 'the data')
  // A start that was killed stops nothing: this one is never stopped, only replaced.
  const first = await startPostgres(folder)
  await ensureDatabase(first, 'usher')
  await ask(first.url('usher'), 'create table kept as select 42 as answer')
  await endPreviousPostgres(folder)
  expect(existsSync(join(folder, 'postgres', 'postmaster.pid'))).toBe(false)
  const second = await startPostgres(folder)
  onTestFinished(async () => {
    await second.stop()
    rmSync(base, { recursive: true, force: true })
  })
  await ensureDatabase(second, 'usher')
  expect(await ask(second.url('usher'), 'select answer from kept')).toEqual([{ answer: 42 }])
  expect(await ask(second.url('usher'), 'show fsync')).toEqual([{ fsync: 'on' }])
})
