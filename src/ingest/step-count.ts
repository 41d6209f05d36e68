import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { CountedOutcome } from '../db/rows/source-count.ts'
import { FUNCTION_CODES } from '../function/failure.ts'
import type { Arrival } from './arrival.ts'
import type { Result } from './results.ts'

/** Counts are kept by so much time, which divides every window that is asked for. */
export const SLOT_MS = 600_000

/** One end of some calls of one source: what is counted. */
export type StepCount = {
  readonly sourceId: string
  readonly slot: number
  readonly type: string
  readonly outcome: CountedOutcome
  readonly count: number
}

/** Rules at the door; other drops are calls that nobody can read. */
export const BLOCKED: ReadonlySet<string> = new Set([
  'event_setting',
  'event_filter',
  'event_filter_failed',
  'unplanned',
  'schema_violation',
  'unplanned_and_schema_violation',
  'common_schema_violation',
  'transformation',
  ...FUNCTION_CODES,
])

const TYPES: ReadonlySet<string> = new Set(['identify', 'track', 'page', 'screen', 'group', 'alias'])

const typeOf = ({ parsed, type, raw }: Arrival): string => {
  if (parsed.kind === 'call') return parsed.call.type
  const said = type ?? (raw as { readonly type?: unknown } | null | undefined)?.type
  return typeof said === 'string' && TYPES.has(said) ? said : ''
}

const outcomeOf = (result: Result): CountedOutcome => {
  if (result.status === 'stored') return 'eligible'
  if (result.status !== 'dropped') return result.status
  return BLOCKED.has(result.code) || result.code === 'user_suppressed' ? 'filtered' : 'failed'
}

export const slotOf = (at: Date): number => Math.floor(at.getTime() / SLOT_MS) * SLOT_MS

/** What one call came to. */
export const stepOf = (arrival: Arrival, result: Result): StepCount => ({
  sourceId: arrival.sourceId,
  slot: slotOf(arrival.receivedAt),
  type: typeOf(arrival),
  outcome: outcomeOf(result),
  count: 1,
})

export const keyOfStep = ({ sourceId, slot, type, outcome }: StepCount): string => `${sourceId} ${slot} ${type} ${outcome}`

/** Adds counts to those that are there; each key once, in order (R13). */
export const addSteps = async (db: Db, spaceId: string, counts: readonly StepCount[]): Promise<void> => {
  if (counts.length === 0) return
  const rows = counts.toSorted((a, b) => (keyOfStep(a) < keyOfStep(b) ? -1 : 1))
  await run(
    db,
    query(
      'source_count.add',
      sql`insert into source_count (space_id, source_id, slot, type, outcome, count)
        select ${spaceId}, r.source_id, r.slot, r.type, r.outcome, r.count
        from unnest(${rows.map((r) => r.sourceId)}::text[], ${rows.map((r) => new Date(r.slot).toISOString())}::timestamptz[],
          ${rows.map((r) => r.type)}::text[], ${rows.map((r) => r.outcome)}::text[], ${rows.map((r) => r.count)}::bigint[])
          as r (source_id, slot, type, outcome, count)
        on conflict (space_id, source_id, slot, type, outcome) do update set count = source_count.count + excluded.count`,
    ),
  )
}
