import { randomBytes } from 'node:crypto'

const POOL = 8_192

/** Random bytes for a door: drawn by the thousand, given out once each. Asking the system for every ten was a thirtieth of the API's work. */
export const drawChance = (): ((bytes: number) => Uint8Array) => {
  let pool = Buffer.alloc(0)
  let given = 0
  return (bytes) => {
    if (bytes > POOL) return randomBytes(bytes)
    if (given + bytes > pool.length) {
      pool = randomBytes(POOL)
      given = 0
    }
    given += bytes
    return pool.subarray(given - bytes, given)
  }
}
