import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { Computation } from './computation.ts'
import { markEverybody } from './due.ts'
import type { Work } from './evaluate.ts'
import { countStep } from './run.ts'

/** Below every profile's id, and the highest. */
export const FIRST = '00000000-0000-0000-0000-000000000000'
export const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Lays the steps of a run out, once: a range each, and the switch. `at` is the instant that all of them ask about. */
export const layOut = (work: Work, computation: Computation, bounds: readonly string[], at: Date): Promise<void> =>
  transact(work.db, async (tx) => {
    const { spaceId } = work
    const row = await runOne(
      tx,
      query(
        'computation_run.lay_out',
        sql<{ id: string }>`update computation_run set at = ${at}::timestamptz, steps = ${bounds.length + 2}::integer, done = 0
          where space_id = ${spaceId} and computation_id = ${computation.id} and finished_at is null and at is null returning id`,
      ),
    )
    if (!row) return
    for (const table of ['computation_step', 'computation_found'] as const) {
      await run(
        tx,
        query(
          `${table}.drop`,
          sql`delete from ${sql.table(table)} where space_id = ${spaceId} and computation_id = ${computation.id}`,
        ),
      )
    }
    // What made it due is in hand now; a mark that comes later is another.
    await run(
      tx,
      query(
        'computation_due.clear_marks',
        sql`delete from computation_due where space_id = ${spaceId} and computation_id = ${computation.id} and profiles is null`,
      ),
    )
    await markEverybody(tx, spaceId, [computation.id], `run ${row.id}`)
    const ends = [...bounds, LAST]
    for (const [step, to] of ends.entries()) {
      await run(
        tx,
        query(
          'computation_step.add',
          sql`insert into computation_step (space_id, computation_id, step, from_id, to_id)
            values (${spaceId}, ${computation.id}, ${step}, ${ends[step - 1] ?? FIRST}::uuid, ${to}::uuid)`,
        ),
      )
    }
  })

/** The people of one step: ids above `from` and up to `to`. */
export type Range = { readonly step: number; readonly from: string; readonly to: string }

/** The first step that was not done; undefined before the switch. */
export const nextRange = (tx: Db, spaceId: string, id: string): Promise<Range | undefined> =>
  runOne(
    tx,
    query(
      'computation_step.next',
      sql<Range>`select step, from_id as "from", to_id as "to" from computation_step
        where space_id = ${spaceId} and computation_id = ${id} and completed_at is null order by step limit 1`,
    ),
  )

/** A step is done, whom it found is written down. */
export const completeStep = async (tx: Db, work: Work, computation: Computation, { step }: Range): Promise<void> => {
  await run(
    tx,
    query(
      'computation_step.complete',
      sql`update computation_step set completed_at = ${work.now}::timestamptz
        where space_id = ${work.spaceId} and computation_id = ${computation.id} and step = ${step}`,
    ),
  )
  await countStep(tx, work.spaceId, computation.id)
  crashPoint(`audience.step_${step}`)
}

/** Up to which instant a space was looked at. */
export const clockOf = async (tx: Db, spaceId: string): Promise<Date> => {
  const row = await runOne(
    tx,
    query('evaluation_clock.moved', sql<{ at: Date }>`select moved_at as at from evaluation_clock where space_id = ${spaceId}`),
  )
  return row?.at ?? new Date(0)
}
