import { createServer } from 'node:net'

const isFree = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })

/** A port nobody listens on now: the wanted one if it is free, else one of the next twenty, else any. */
export const freePort = async (wanted = 0): Promise<number> => {
  const candidates = wanted === 0 ? [] : Array.from({ length: 20 }, (_, i) => wanted + i).filter((port) => port <= 65_535)
  for (const port of [...candidates, 0]) {
    const free = await isFree(port)
    if (free !== undefined) return free
  }
  throw new Error('this machine has no free port')
}
