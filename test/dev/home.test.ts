import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { chooseHome, leaveHome, openHome, readSecrets, takeHome } from '../../src/dev/home.ts'
import { parseDevOptions } from '../../src/dev/options.ts'

const folder = mkdtempSync(join(tmpdir(), 'usher home '))
chmodSync(folder, 0o755)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('data lies in the project; root moves it out of a folder that Postgres may not enter, and says so', () => {
  const closed = join(folder, 'closed', 'project')
  mkdirSync(closed, { recursive: true })
  chmodSync(join(folder, 'closed'), 0o700)
  expect(chooseHome(undefined, join(folder, 'open'), true)).toEqual({ folder: join(folder, 'open', '.usher') })
  expect(chooseHome(undefined, closed, false)).toEqual({ folder: join(closed, '.usher') })
  const moved = chooseHome(undefined, closed, true)
  expect(moved.folder).toMatch(/^\/var\/tmp\/usher-[0-9a-f]{8}$/)
  expect(moved.note).toContain(moved.folder)
  expect(chooseHome('/somewhere/else', closed, false).folder).toBe('/somewhere/else')
})

it('secrets are made once, kept, and readable by nobody else', () => {
  const home = { folder: join(folder, 'kept') }
  openHome(home)
  const secrets = readSecrets(home)
  expect(readSecrets(home)).toEqual(secrets)
  expect(new Set(Object.values(secrets)).size).toBe(3)
  expect(statSync(join(home.folder, 'secret')).mode & 0o077).toBe(0)
})

it('a lock whose process is gone, or is another program by now, does not block a start', () => {
  const home = { folder: join(folder, 'lock') }
  openHome(home)
  writeFileSync(join(home.folder, 'running.pid'), '999999999')
  takeHome(home)
  writeFileSync(join(home.folder, 'running.pid'), String(process.ppid))
  takeHome(home)
  leaveHome(home)
  takeHome(home)
})

it('words of npm start', () => {
  expect(parseDevOptions([])).toEqual({ forMs: undefined, traffic: true, fresh: false })
  expect(parseDevOptions(['--for', '2m', '--no-traffic', '--fresh'])).toEqual({ forMs: 120_000, traffic: false, fresh: true })
  expect(parseDevOptions(['--help'])).toBe('help')
  expect(() => parseDevOptions(['--for', 'ever'])).toThrow('--for ever: write a number and s, m or h')
  expect(() => parseDevOptions(['--frsh'])).toThrow('--frsh')
})
