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
