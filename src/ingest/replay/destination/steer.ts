import { sql } from 'kysely'
import { Refused } from '../../../base/errors.ts'
import type { Db } from '../../../db/database.ts'
import { query, run, transact } from '../../../db/query.ts'
import { STEERED, type Steering } from '../job.ts'
import { replayTo, type Told } from './job.ts'
import { holdQueued, releaseHeld, withdraw } from './queue.ts'

/** Which replay is steered. */
export type Which = { readonly spaceId: string; readonly destinationId: string; readonly id: string }

const turn = (tx: Db, { spaceId, id }: Which, steering: Steering) => {
  const { from, to } = STEERED[steering]
  return run(
    tx,
    query(
      'import.steer_replay_to',
      sql<{ id: string }>`update import set status = ${to}, claim = null, claimed_until = null
        where space_id = ${spaceId} and id = ${id} and kind = 'destination_replay' and status = any(${from}::text[]) returning id`,
    ),
  )
}

const turnQueue = (tx: Db, { spaceId, id }: Which, steering: Steering, now: Date): Promise<void> => {
  switch (steering) {
    case 'pause':
      return holdQueued(tx, spaceId, id)
    case 'resume':
      return releaseHeld(tx, spaceId, id)
    case 'cancel':
      return withdraw(tx, spaceId, id, now)
  }
}

/**
 * Pauses a replay, with what it has queued, resumes it, or cancels it, which withdraws what is not sent. What was sent stays sent.
 * @throws Refused 404, 409 where it is in no such state.
 */
export const steerDestinationReplay = async (db: Db, which: Which, steering: Steering, now: Date): Promise<Told> => {
  const { spaceId, destinationId, id } = which
  const before = await replayTo(db, spaceId, destinationId, id)
  const turned = await transact(db, async (tx) => {
    const rows = await turn(tx, which, steering)
    if (rows.length > 0) await turnQueue(tx, which, steering, now)
    return rows.length > 0
  })
  if (!turned) throw new Refused('replay_state', `The replay is ${before.status}: it cannot be told to ${steering}.`)
  return replayTo(db, spaceId, destinationId, id)
}
