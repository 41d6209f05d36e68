import { sql } from 'kysely'
import { notFound, Refused } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import { query, run, runOne, transact } from '../../db/query.ts'
import { DEFAULT_LIMITS } from '../../space/limit.ts'
import type { Act } from '../save.ts'
import { definitionOf, type Kind } from '../store.ts'
import type { ExportRequest } from './layout.ts'

/** An export job (spec/audiences §20.1). `people` of `expected` are written so far. */
export type ExportJob = {
  readonly id: string
  readonly kind: Kind
  readonly computationId: string
  readonly request: ExportRequest
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED'
  readonly requestedBy: string
  readonly startedAt: Date
  readonly finishedAt: Date | null
  /** The instant of the evaluation that the file shows. */
  readonly snapshotAt: Date | null
  /** When the file and its address end. */
  readonly expiresAt: Date | null
  readonly expected: number
  readonly people: number
  readonly error: string | null
}

const columns = sql`id, kind, computation_id as "computationId", request, status, requested_by as "requestedBy", started_at as "startedAt",
  finished_at as "finishedAt", snapshot_at as "snapshotAt", expires_at as "expiresAt", expected, people, error`

/** The exports of an audience or computed trait, newest first. */
export const exportsOf = (db: Db, spaceId: string, computationId: string, count: number): Promise<readonly ExportJob[]> =>
  run(
    db,
    query(
      'export.list',
      sql<ExportJob>`select ${columns} from export where space_id = ${spaceId} and computation_id = ${computationId}
        order by started_at desc, id limit ${count}::integer`,
    ),
  )

/** One export. @throws Refused 404. */
export const exportOf = async (db: Db, spaceId: string, id: string): Promise<ExportJob> => {
  const row = await runOne(
    db,
    query('export.one', sql<ExportJob>`select ${columns} from export where space_id = ${spaceId} and id = ${id}`),
  )
  if (!row) throw notFound('export', id)
  return row
}

const refuseSoon = async (tx: Db, { spaceId, now, limits = DEFAULT_LIMITS }: Act, id: string, name: string): Promise<void> => {
  const last = (await exportsOf(tx, spaceId, id, 10)).find((each) => each.status !== 'FAILED')
  if (last?.status === 'RUNNING') {
    throw new Refused(
      'export_running',
      `"${name}" is being exported since ${last.startedAt.toISOString()}. Wait until that is done.`,
    )
  }
  const next = last && new Date(last.startedAt.getTime() + (limits.export_pause ?? 0) * 60_000)
  if (next && next > now) {
    const minutes = Math.ceil((next.getTime() - now.getTime()) / 60_000)
    const soon = minutes === 1 ? 'a minute' : `${minutes} minutes`
    throw new Refused('export_too_soon', `"${name}" was just exported; the next file may be made in ${soon}.`, { status: 429 })
  }
}

const expectedOf = async (tx: Db, kind: Kind, spaceId: string, { id, count }: { id: string; count: number }): Promise<number> => {
  if (kind === 'audience') return count
  const row = await runOne(
    tx,
    query(
      'export.count_values',
      sql<{
        count: number
      }>`select count(*) as count from computed_value where space_id = ${spaceId} and computed_trait_id = ${id}`,
    ),
  )
  return row?.count ?? 0
}

/**
 * Has a file made. One at a time, and one in five minutes (the limit `export_pause`); what failed does not count. @throws Refused otherwise.
 */
export const startExport = (
  db: Db,
  kind: Kind,
  act: Act,
  idOrKey: string,
  { id, request }: { readonly id: string; readonly request: ExportRequest },
): Promise<ExportJob> =>
  transact(db, async (tx) => {
    const { spaceId, by, now } = act
    const definition = await definitionOf(tx, kind, spaceId, idOrKey)
    // Two who ask at once: the second waits here and then sees the first one's job.
    await run(
      tx,
      query(
        `export.${kind}_lock`,
        sql`select id from ${sql.table(kind)} where space_id = ${spaceId} and id = ${definition.id} for update`,
      ),
    )
    await refuseSoon(tx, act, definition.id, definition.name)
    const expected = await expectedOf(tx, kind, spaceId, definition)
    await run(
      tx,
      query(
        'export.start',
        sql`insert into export (space_id, id, kind, computation_id, request, requested_by, started_at, expected)
          values (${spaceId}, ${id}, ${kind}, ${definition.id}, ${JSON.stringify(request)}::jsonb, ${by}, ${now}::timestamptz, ${expected}::bigint)`,
      ),
    )
    return exportOf(tx, spaceId, id)
  })
