import type { Db } from '../db/database.ts'
import { type Drop, recordDrops } from './drop.ts'

/** Where refused requests are counted that carry no write key of any space. */
export const NO_SPACE = ''

type Waiting = { readonly drops: Drop[]; written: Promise<void> }

/**
 * Counts requests of which nothing is taken, and answers when they are counted. One statement a space at a time: what is refused meanwhile goes
 * into the next one together, so somebody who sends nonsense quickly costs no more than one statement after the other.
 */
export const createRefusals = (db: Db): ((spaceId: string, drop: Drop) => Promise<void>) => {
  const running = new Map<string, Promise<void>>()
  const waiting = new Map<string, Waiting>()
  const start = (spaceId: string, drops: readonly Drop[]): Promise<void> => {
    const writing = recordDrops(db, spaceId, drops).finally(() => {
      if (running.get(spaceId) === writing) running.delete(spaceId)
    })
    running.set(spaceId, writing)
    return writing
  }
  const next = async (spaceId: string, before: Promise<void>): Promise<void> => {
    await before.catch(() => {})
    const drops = waiting.get(spaceId)?.drops ?? []
    waiting.delete(spaceId)
    await start(spaceId, drops)
  }
  return (spaceId, drop) => {
    const before = running.get(spaceId)
    if (!before) return start(spaceId, [drop])
    const joined = waiting.get(spaceId) ?? { drops: [], written: next(spaceId, before) }
    waiting.set(spaceId, joined)
    joined.drops.push(drop)
    return joined.written
  }
}
