import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { until } from './wait.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a test file by itself: what it noted, and what its run said. */
const runCase = (name: string): { readonly notes: readonly string[]; readonly code: number | null; readonly said: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-endings-'))
  const notes = join(folder, 'notes')
  const { status, stdout, stderr } = spawnSync(
    join(ROOT, 'node_modules/.bin/vitest'),
    ['run', '--config', 'test/support/endings/vitest.config.ts', name],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, USHER_TEST_NOTE: notes } },
  )
  const lines = readFileSync(notes, 'utf8').trimEnd().split('\n')
  rmSync(folder, { recursive: true })
  return { notes: lines, code: status, said: stdout + stderr }
}

const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

it('ends what a test file and its hooks began, the last first, each though another does not end, and says which did not', async () => {
  const { notes, code, said } = runCase('begun')
  const [address, ...ended] = notes
  expect(ended).toEqual(['began last', 'began first'])
  expect(await answers(String(address))).toBe(false)
  expect(code).toBe(1)
  expect(said).toContain('this does not end')
})

it('lets no server outlive a test file that is killed', async () => {
  const { notes, code } = runCase('killed')
  expect(code).not.toBe(0)
  await until('the server to end', async () => !(await answers(String(notes[0]))), 5_000)
})
