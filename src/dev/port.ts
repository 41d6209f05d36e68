import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const isFree = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })

const CLAIMS = join(tmpdir(), 'usher-ports')

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

/**
 * Between choosing a port and listening on it lie seconds in which another start may choose the same: so the choice is written down where
 * every start looks. A claim of a process that is gone is void. Where nothing can be written the port is taken as it is.
 */
const claim = (port: number): boolean => {
  const file = join(CLAIMS, String(port))
  try {
    mkdirSync(CLAIMS, { recursive: true, mode: 0o777 })
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') return true
  }
  const owner = Number(readFileSync(file, 'utf8').trim())
  if (owner !== process.pid && owner > 0 && isAlive(owner)) return false
  writeFileSync(file, String(process.pid))
  return true
}

/** The system gives any port that nobody listens on, so now and then one that a start beside us has chosen and does not listen on yet. */
const DRAWS = 100

/** A port nobody listens on now: the wanted one if it is free, else one of the next twenty, else any. It is this process's until it ends. */
export const freePort = async (wanted = 0): Promise<number> => {
  const candidates = wanted === 0 ? [] : Array.from({ length: 20 }, (_, i) => wanted + i).filter((port) => port <= 65_535)
  for (const port of [...candidates, ...Array<number>(DRAWS).fill(0)]) {
    const free = await isFree(port)
    if (free !== undefined && claim(free)) return free
  }
  throw new Error('this machine has no free port')
}
