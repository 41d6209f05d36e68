import { sql } from 'kysely'
import { Invalid, type Problem } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { CountedOutcome } from '../db/rows/source-count.ts'
import { SLOT_MS, slotOf } from './step-count.ts'

const HOUR_MS = 3_600_000
/** The windows that may be asked for (spec/connections §2.2), in milliseconds: slots of ten minutes divide each. */
export const WINDOWS = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS, '14d': 336 * HOUR_MS } as const
export type Window = keyof typeof WINDOWS
const LONGEST_MS = WINDOWS['14d']

/** What is counted, and which whole slots are compared with as many before them; ends are not part of it. */
export type Span = {
  readonly from: Date
  readonly until: Date
  readonly compared: { readonly from: Date; readonly until: Date }
}

/** A window that ends now. Its change is of whole slots: one that has just begun holds less than one of yesterday. */
export const lastOf = (window: Window, now: Date): Span => {
  const [at, length] = [slotOf(now), WINDOWS[window]]
  return {
    from: new Date(at - length + SLOT_MS),
    until: new Date(at + SLOT_MS),
    compared: { from: new Date(at - length), until: new Date(at) },
  }
}

/** A window of one's own within the last 14 days, widened to whole slots; what is to come is left off. @throws Invalid naming the end that is wrong. */
export const between = (from: Date, to: Date, now: Date): Span => {
  const problems: Problem[] = []
  if (to <= from) problems.push({ field: 'to', message: 'is not after from', remedy: 'name a later instant' })
  if (from.getTime() < now.getTime() - LONGEST_MS - SLOT_MS)
    problems.push({ field: 'from', message: 'is more than 14 days ago', remedy: 'begin within the last 14 days' })
  if (from > now) problems.push({ field: 'from', message: 'is still to come', remedy: 'begin within the last 14 days' })
  if (problems.length > 0) throw new Invalid('invalid_window', problems)
  const last = Math.min(to.getTime() - 1, now.getTime())
  const compared = { from: new Date(slotOf(from)), until: new Date(slotOf(new Date(last)) + SLOT_MS) }
  return { ...compared, compared }
}

/** Calls by step: received is the other three together. Those that came before are beside them. */
export type Steps = {
  readonly received: number
  readonly failed: number
  readonly filtered: number
  readonly eligible: number
  readonly duplicate: number
}
/** How much more, in per cent of the window before; null where there was nothing then. */
export type Change = { readonly [step in keyof Steps]: number | null }
export type Counted = { readonly steps: Steps; readonly change: Change }

export type SourceOverview = Counted & {
  readonly from: Date
  readonly until: Date
  readonly types: readonly (Counted & { readonly type: string })[]
  /** Each slot of the window in which something came. */
  readonly series: readonly (Steps & { readonly at: Date })[]
}

type Row = {
  readonly type: string
  readonly outcome: CountedOutcome
  readonly count: number
  readonly complete: number
  readonly before: number
}

type Sums = { [outcome in CountedOutcome]: number }
const NONE: Sums = { eligible: 0, failed: 0, filtered: 0, duplicate: 0 }

const stepsOf = ({ failed, filtered, eligible, duplicate }: Sums): Steps => ({
  received: failed + filtered + eligible,
  ...{ failed, filtered, eligible, duplicate },
})

const sumsOf = (rows: readonly Row[], of: (row: Row) => number): Steps => {
  const sums = { ...NONE }
  for (const row of rows) sums[row.outcome] += of(row)
  return stepsOf(sums)
}

const STEPS: readonly (keyof Steps)[] = ['received', 'failed', 'filtered', 'eligible', 'duplicate']

const changeOf = (now: Steps, before: Steps): Change =>
  Object.fromEntries(
    STEPS.map((step) => [step, before[step] === 0 ? null : (100 * (now[step] - before[step])) / before[step]]),
  ) as Change

const countedOf = (rows: readonly Row[]): Counted => ({
  steps: sumsOf(rows, ({ count }) => count),
  change: changeOf(
    sumsOf(rows, ({ complete }) => complete),
    sumsOf(rows, ({ before }) => before),
  ),
})

const stepsIn = (db: Db, spaceId: string, sourceId: string, { from, until, compared }: Span): Promise<readonly Row[]> => {
  const earliest = new Date(2 * compared.from.getTime() - compared.until.getTime())
  return run(
    db,
    query(
      'source_count.overview',
      sql<Row>`select type, outcome,
          coalesce(sum(count) filter (where slot >= ${from}::timestamptz), 0)::bigint as count,
          coalesce(sum(count) filter (where slot >= ${compared.from}::timestamptz and slot < ${compared.until}::timestamptz), 0)::bigint as complete,
          coalesce(sum(count) filter (where slot < ${compared.from}::timestamptz), 0)::bigint as before
        from source_count where space_id = ${spaceId} and source_id = ${sourceId} and slot >= ${earliest}::timestamptz
          and slot < ${until}::timestamptz
        group by type, outcome order by type, outcome`,
    ),
  )
}

const slotsIn = (db: Db, spaceId: string, sourceId: string, { from, until }: Span) =>
  run(
    db,
    query(
      'source_count.series',
      sql<Sums & { readonly at: Date }>`select slot as at,
          coalesce(sum(count) filter (where outcome = 'eligible'), 0)::bigint as eligible,
          coalesce(sum(count) filter (where outcome = 'failed'), 0)::bigint as failed,
          coalesce(sum(count) filter (where outcome = 'filtered'), 0)::bigint as filtered,
          coalesce(sum(count) filter (where outcome = 'duplicate'), 0)::bigint as duplicate
        from source_count where space_id = ${spaceId} and source_id = ${sourceId} and slot >= ${from}::timestamptz
          and slot < ${until}::timestamptz
        group by slot order by slot`,
    ),
  )

/** What calls of a source came to in a window, and how much more that is than in the one before. */
export const sourceOverview = async (db: Db, spaceId: string, sourceId: string, span: Span): Promise<SourceOverview> => {
  const rows = await stepsIn(db, spaceId, sourceId, span)
  const slots = await slotsIn(db, spaceId, sourceId, span)
  const types = [...Map.groupBy(rows, ({ type }) => type)].map(([type, own]) => ({ type, ...countedOf(own) }))
  return {
    ...countedOf(rows),
    from: span.from,
    until: span.until,
    types: types.toSorted((a, b) => b.steps.received - a.steps.received || (a.type < b.type ? -1 : 1)),
    series: slots.map(({ at: slot, ...sums }) => ({ at: slot, ...stepsOf(sums) })),
  }
}

const IDLE_MS = 14 * 24 * HOUR_MS
type Last = { readonly id: string; readonly last: Date | null }

/** When something of each source last came in, to ten minutes; null where nothing did in as long as that is kept. */
export const lastSeenOf = async (db: Db, spaceId: string): Promise<ReadonlyMap<string, Date>> => {
  const rows = await run(
    db,
    query(
      'source_count.last',
      sql<Last>`select s.id, c.last from source s cross join lateral (
          select max(slot) as last from source_count where space_id = ${spaceId} and source_id = s.id) c
        where s.space_id = ${spaceId}`,
    ),
  )
  return new Map(rows.flatMap(({ id, last }) => (last ? [[id, last] as const] : [])))
}

/** Whether a source that was made or heard two weeks ago has been silent since (spec/connections §2.1: we say so, and switch nothing off). */
export const isIdle = (
  { enabled, created_at }: { readonly enabled: boolean; readonly created_at: Date },
  lastSeen: Date | undefined,
  now: Date,
): boolean => enabled && now.getTime() - Math.max(created_at.getTime(), lastSeen?.getTime() ?? 0) > IDLE_MS
