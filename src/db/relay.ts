import { randomUUID } from 'node:crypto'
import { type Duration, minus } from '../base/duration.ts'
import type { Db } from './database.ts'
import { claimOutbox, completeOutbox, type OutboxItem, postponeOutbox, spacesWithOutbox } from './outbox.ts'

/** Something done because something happened. Gets all rows of one topic and space that were claimed together; may run twice for a row. */
export type Reaction = (spaceId: string, items: readonly OutboxItem[], now: Date) => Promise<void>
export type Reactions = Readonly<Record<string, readonly Reaction[]>>

const BATCH = 10_000
const ABANDONED: Duration = '60 seconds'
const LONGEST_PAUSE_MS = 60_000

type Told = { readonly topic: string; readonly count: number; readonly error?: unknown }

const tell = async (
  db: Db,
  spaceId: string,
  claim: string,
  items: readonly OutboxItem[],
  reactions: readonly Reaction[],
  now: Date,
): Promise<Told> => {
  const [first] = items
  const topic = first?.topic ?? ''
  try {
    for (const reaction of reactions) await reaction(spaceId, items, now)
    await completeOutbox(db, spaceId, claim, topic)
    return { topic, count: items.length }
  } catch (error) {
    const pause = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(10, first?.attempts ?? 0))
    await postponeOutbox(db, spaceId, claim, topic, new Date(now.getTime() + pause), String(error))
    return { topic, count: items.length, error }
  }
}

/**
 * One tick of the relay: claims what happened, hands it to the reactions, a topic at a time, and deletes it when all have succeeded. A
 * topic that fails is put back with a growing pause and does not hold up the others. Answers what was told.
 */
export const relayOnce = async (db: Db, reactions: Reactions, now: Date): Promise<readonly Told[]> => {
  const abandoned = minus(now, ABANDONED)
  const told: Told[] = []
  for (const spaceId of await spacesWithOutbox(db, now, abandoned)) {
    const claim = randomUUID()
    const items = await claimOutbox(db, spaceId, claim, now, abandoned, BATCH)
    for (const [topic, group] of Map.groupBy(items, (item) => item.topic)) {
      told.push(await tell(db, spaceId, claim, group, reactions[topic] ?? [], now))
    }
  }
  return told
}
