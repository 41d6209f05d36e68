import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../src/dev/install.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'usher install '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const project = (name: string, lock: unknown): string => {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, version: '1.0.0' }))
  writeFileSync(join(path, 'package-lock.json'), JSON.stringify(lock))
  return path
}
const EMPTY_LOCK = {
  name: 'x',
  version: '1.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: { '': { name: 'x', version: '1.0.0' } },
}
const install = (path: string): string => execFileSync(process.execPath, [SCRIPT, path], { encoding: 'utf8' })

it('installs when nothing is there, and then does nothing', () => {
  const path = project('empty', EMPTY_LOCK)
  mkdirSync(join(path, 'node_modules'))
  expect(install(path)).toContain('Installing packages (package-lock.json has changed')
  expect(install(path)).toBe('')
})

it('what somebody installed by hand is accepted when it is what the lockfile says', () => {
  const lock = { ...EMPTY_LOCK, packages: { ...EMPTY_LOCK.packages, 'node_modules/a': { version: '1.0.0' } } }
  const path = project('by hand', lock)
  mkdirSync(join(path, 'node_modules'))
  writeFileSync(
    join(path, 'node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
  )
  expect(install(path)).toBe('')
  expect(existsSync(join(path, 'node_modules', '.usher-lock'))).toBe(true)
  expect(readFileSync(join(path, 'node_modules', '.usher-lock'), 'utf8')).toHaveLength(64)
})

it('without a lockfile it says what is wrong', () => {
  const path = join(folder, 'no lock')
  mkdirSync(path)
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, path], { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('There is no package-lock.json')
})
