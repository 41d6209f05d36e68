import { execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:net'
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
