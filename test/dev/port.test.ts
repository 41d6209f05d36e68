import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '../../src/dev/port.ts'

it('a port that is taken is replaced by the next one', async () => {
  const taken = await freePort()
  const server = createServer().listen(taken, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const other = await freePort(taken)
  expect(other).not.toBe(taken)
  expect(other).toBeGreaterThan(0)
  await new Promise((resolve) => server.close(resolve))
  expect(await freePort(taken)).toBe(taken)
})

const PORT = new URL('../../src/dev/port.ts', import.meta.url).href

it('two starts at the same moment never choose the same port', async () => {
  const wanted = await freePort()
  const choose = `const { freePort } = await import(${JSON.stringify(PORT)}); console.log(await freePort(${wanted + 1}))`
  const starts = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['-e', `${choose}; setInterval(() => {}, 1000)`, '--input-type=module']),
  )
  const chosen = await Promise.all(
    starts.map((start) => new Promise<string>((resolve) => start.stdout.once('data', (data) => resolve(String(data).trim())))),
  )
  for (const start of starts) start.kill()
  expect(new Set(chosen).size).toBe(4)
})

it('a port claimed by a process that is gone is free again', async () => {
  const wanted = await freePort()
  const other = execFileSync(process.execPath, [
    '--input-type=module',
    '-e',
    `const { freePort } = await import(${JSON.stringify(PORT)}); console.log(await freePort(${wanted + 100}))`,
  ])
  expect(await freePort(Number(other))).toBe(Number(other))
})

it('any port is found where four of five are claimed by starts that do not listen yet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-port-'))
  const claims = join(folder, 'usher-ports')
  mkdirSync(claims)
  for (let port = 32_768; port <= 65_535; port++)
    if (port % 10 > 1) writeFileSync(join(claims, String(port)), String(process.pid))
  const choose = `const { freePort } = await import(${JSON.stringify(PORT)}); for (let i = 0; i < 50; i++) console.log(await freePort())`
  const chosen = execFileSync(process.execPath, ['--input-type=module', '-e', choose], {
    env: { ...process.env, TMPDIR: folder },
  })
  const ports = String(chosen).trim().split('\n').map(Number)
  expect(ports).toHaveLength(50)
  expect(ports.every((port) => port > 0 && port % 10 <= 1)).toBe(true)
  rmSync(folder, { recursive: true })
})
