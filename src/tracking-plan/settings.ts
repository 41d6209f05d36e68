import { sql } from 'kysely'
import { Invalid } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import { changeGate } from '../space/gate.ts'
import type { Act } from './changelog.ts'
import { refuseUnknownSource } from './connect.ts'
import { ALLOW_ALL, Controls, type ControlsPatch } from './controls.ts'

/** A source's controls; everything allowed where nobody said otherwise. */
export const controlsOf = async (db: Db, spaceId: string, sourceId: string): Promise<Controls> => {
  const row = await runOne(
    db,
    query(
      'source_control.one',
      sql<{ controls: unknown }>`select controls from source_control where space_id = ${spaceId} and source_id = ${sourceId}`,
    ),
  )
  return row ? Controls.parse(row.controls) : ALLOW_ALL
}

type Forwarding = { readonly source_id: string; readonly controls: { readonly [key in (typeof WAYS)[number]]?: string } }
const WAYS = ['forwardingViolationsTo', 'forwardingBlockedEventsTo'] as const

// Both ways lead a call of ours into another source, so together they must not lead back.
const refuseLoop = async (tx: Db, spaceId: string, sourceId: string, controls: Controls): Promise<void> => {
  const rows = await run(
    tx,
    query(
      'source_control.all',
      sql<Forwarding>`select source_id, controls from source_control where space_id = ${spaceId} order by source_id`,
    ),
  )
  const next = new Map(rows.map((row) => [row.source_id, WAYS.flatMap((way) => row.controls[way] ?? [])]))
  next.set(
    sourceId,
    WAYS.flatMap((way) => controls[way] ?? []),
  )
  for (const way of WAYS) {
    const first = controls[way]
    if (first === undefined) continue
    const seen = new Set([first])
    for (const here of seen) for (const to of next.get(here) ?? []) seen.add(to)
    if (seen.has(sourceId))
      throw new Invalid('forwarding_loop', [
        { field: way, message: `leads back to the source ${sourceId}`, remedy: 'forward into a source that forwards nowhere' },
      ])
  }
}

const patched = (there: Controls, patch: ControlsPatch): Controls =>
  Controls.parse({
    track: { ...there.track, ...patch.track },
    identify: { ...there.identify, ...patch.identify },
    group: { ...there.group, ...patch.group },
    // Unlike everything else, what is not named here is switched off (spec/connections §1.6).
    ...(patch.forwardingViolationsTo ? { forwardingViolationsTo: patch.forwardingViolationsTo } : {}),
    ...(patch.forwardingBlockedEventsTo ? { forwardingBlockedEventsTo: patch.forwardingBlockedEventsTo } : {}),
  })

/** Changes a source's controls; they bite with the next call. @throws Refused 404 for an unknown source, Invalid where forwarding would go in a circle. */
export const changeControls = (db: Db, { spaceId, by, now }: Act, sourceId: string, patch: ControlsPatch): Promise<Controls> =>
  transact(db, async (tx) => {
    await run(tx, query('source_control.lock', sql`select id from space where id = ${spaceId} for update`))
    await refuseUnknownSource(tx, spaceId, sourceId)
    const controls = patched(await controlsOf(tx, spaceId, sourceId), patch)
    for (const way of WAYS) {
      const to = controls[way]
      if (to !== undefined) await refuseUnknownSource(tx, spaceId, to)
    }
    await refuseLoop(tx, spaceId, sourceId, controls)
    await run(
      tx,
      query(
        'source_control.write',
        sql`insert into source_control (space_id, source_id, controls, updated_by, updated_at)
          values (${spaceId}, ${sourceId}, ${JSON.stringify(controls)}::jsonb, ${by}, ${now}::timestamptz)
          on conflict (space_id, source_id) do update set controls = excluded.controls, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
      ),
    )
    await changeGate(tx, spaceId, sourceId)
    return controls
  })
