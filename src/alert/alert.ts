import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { addToOutbox } from '../db/outbox.ts'
import { query, run, runOne } from '../db/query.ts'
import type { AlertRow } from '../db/rows/alert.ts'
import type { Alert, Next } from './incident.ts'

export type ListedAlert = AlertRow & { readonly source_name: string }

/** The alerts of a space, the newest first; `open` only what is still wrong. */
export const listAlerts = (db: Db, spaceId: string, open: boolean, most = 200): Promise<readonly ListedAlert[]> =>
  run(
    db,
    query(
      'alert.list',
      sql<ListedAlert>`select a.*, coalesce(s.name, a.source_id) as source_name
        from alert a left join source s on s.space_id = ${spaceId} and s.id = a.source_id
        where a.space_id = ${spaceId} and (not ${open}::boolean or a.closed_at is null)
        order by a.opened_at desc, a.id limit ${most}`,
    ),
  )

/** One alert. @throws Refused 404. */
export const alertOf = async (db: Db, spaceId: string, id: string): Promise<ListedAlert> => {
  const row = await runOne(
    db,
    query(
      'alert.one',
      sql<ListedAlert>`select a.*, coalesce(s.name, a.source_id) as source_name
        from alert a left join source s on s.space_id = ${spaceId} and s.id = a.source_id
        where a.space_id = ${spaceId} and a.id = ${id}::uuid`,
    ),
  )
  if (!row) throw notFound('alert', id)
  return row
}

/** What is still wrong, of these kinds. */
export const openAlerts = (tx: Db, spaceId: string, kinds: readonly AlertRow['kind'][]): Promise<readonly Alert[]> =>
  run(
    tx,
    query(
      'alert.open',
      sql<Alert>`select id, kind, source_id, opened_at, closed_at, subjects from alert
        where space_id = ${spaceId} and closed_at is null and kind = any(${kinds}::text[]) order by id`,
    ),
  )

const write = async (tx: Db, spaceId: string, alerts: readonly Alert[], told: AlertRow['told']): Promise<void> => {
  const rows = alerts.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  if (rows.length === 0) return
  await run(
    tx,
    query(
      'alert.write',
      sql`insert into alert (space_id, id, kind, source_id, opened_at, closed_at, subjects, told)
        select ${spaceId}, r.id, r.kind, r.source_id, r.opened_at, r.closed_at, r.subjects::jsonb, ${told}
        from unnest(${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.kind)}::text[], ${rows.map((r) => r.source_id)}::text[],
          ${rows.map((r) => r.opened_at.toISOString())}::timestamptz[], ${rows.map((r) => r.closed_at?.toISOString() ?? null)}::timestamptz[],
          ${rows.map((r) => JSON.stringify(r.subjects))}::text[]) as r (id, kind, source_id, opened_at, closed_at, subjects)
        on conflict (space_id, id) do update set subjects = excluded.subjects, closed_at = excluded.closed_at`,
    ),
  )
}

/** Writes what a look found; what was raised is to be told where somebody wants to hear it. Part of the look's transaction. */
export const writeAlerts = async (
  tx: Db,
  spaceId: string,
  { raised, changed }: Next,
  tell: boolean,
  now: Date,
): Promise<void> => {
  await write(tx, spaceId, changed, 'nobody')
  await write(tx, spaceId, raised, tell ? 'waiting' : 'nobody')
  if (!tell) return
  await addToOutbox(
    tx,
    spaceId,
    now,
    raised.map(({ id }) => ({ profileId: id, id, topic: 'alert', payload: {} })),
  )
}

/** Writes down whether an alert was told. */
export const markTold = async (
  db: Db,
  spaceId: string,
  id: string,
  told: AlertRow['told'],
  at: Date,
  error: string | null = null,
): Promise<void> => {
  await run(
    db,
    query(
      'alert.told',
      sql`update alert set told = ${told}, told_at = ${at}::timestamptz, told_error = ${error}
        where space_id = ${spaceId} and id = ${id}::uuid and told <> 'sent'`,
    ),
  )
}
