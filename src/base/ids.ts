import { hash } from 'node:crypto'

const asUuid = (hex: string, version: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-${((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)}${hex.slice(17, 20)}-${hex.slice(20, 32)}`

/** A UUID that follows from its parts: the same business key gives the same id, so a repeated write is harmless (distribution R7). */
export const idFrom = (...parts: readonly string[]): string => asUuid(hash('sha256', parts.join('\u0000')), '8')

/** A time-ordered UUID (version 7). `random` is 10 bytes from the door that calls. */
export const timeOrderedId = (now: Date, random: Uint8Array): string =>
  asUuid(now.getTime().toString(16).padStart(12, '0') + Buffer.from(random).toString('hex').padEnd(20, '0'), '7')

/** An id with a prefix that says its noun, as Segment writes them: `aud_…`, `spa_…`. `random` is at least 12 bytes. */
export const prefixedId = (prefix: string, random: Uint8Array): string =>
  `${prefix}_${Buffer.from(random).toString('hex').slice(0, 24)}`
