import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'

/** A span of time, in epoch milliseconds: from inclusive, to exclusive. */
export type Span = { readonly from: number; readonly to: number }

const startOf = (year: number, month: number): number => {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 1)
  return date.getTime()
}

// A month for what is read every day, a year for what only an import or a wrong clock writes: a caller cannot make thousands of partitions.
const wanted = (at: number, now: number): Span => {
  const [then, today] = [new Date(at), new Date(now)]
  const [year, month] = [then.getUTCFullYear(), then.getUTCMonth()]
  const monthsAhead = (year - today.getUTCFullYear()) * 12 + month - today.getUTCMonth()
  if (monthsAhead > 2 || monthsAhead < -120) return { from: startOf(year, 0), to: startOf(year + 1, 0) }
  return { from: startOf(year, month), to: startOf(year, month + 1) }
}

export const covers = (spans: readonly Span[], at: number): boolean => spans.some((span) => span.from <= at && at < span.to)

/** The span of a new partition for `at`, cut to the gap between the partitions there are: a year may hold months that exist already. */
export const spanFor = (spans: readonly Span[], at: number, now: number): Span => {
  const { from, to } = wanted(at, now)
  const before = spans.filter((span) => span.to <= at).map((span) => span.to)
  const after = spans.filter((span) => span.from > at).map((span) => span.from)
  return { from: Math.max(from, ...before), to: Math.min(to, ...after) }
}

const readSpans = async (db: Db): Promise<readonly Span[]> => {
  const rows = await run(
    db,
    query(
      'event.partitions',
      sql<{ bounds: string }>`select pg_get_expr(c.relpartbound, c.oid) as bounds from pg_inherits i
        join pg_class c on c.oid = i.inhrelid where i.inhparent = 'event'::regclass`,
    ),
  )
  return rows.map(({ bounds }) => spanOf(bounds))
}

// `FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00')`, with MINVALUE and MAXVALUE at the ends.
const spanOf = (bounds: string): Span => {
  const [, from, to] = /FROM \((.*)\) TO \((.*)\)/.exec(bounds) ?? []
  const instant = (text: string | undefined, end: number): number =>
    text === undefined || !text.startsWith("'")
      ? end
      : Date.parse(
          text
            .replaceAll("'", '')
            .replace(' ', 'T')
            .replace(/([+-]\d\d)$/, '$1:00'),
        )
  return { from: instant(from, -Infinity), to: instant(to, Infinity) }
}

const nameOf = ({ from, to }: Span): string =>
  `event_${[from, to].map((at) => new Date(at).toISOString().slice(0, 10).replaceAll('-', '')).join('_')}`

// Made apart and then attached: attaching lets readers and writers of the other partitions go on, `partition of` waits for all of them.
const createPartition = (db: Db, span: Span): Promise<void> =>
  transact(db, async (tx) => {
    const name = nameOf(span)
    const [from, to] = [new Date(span.from).toISOString(), new Date(span.to).toISOString()]
    await run(tx, query('event.make_partition*', sql`create table ${sql.table(name)} (like event including defaults)`))
    await run(
      tx,
      query(
        'event.attach_partition*',
        sql`alter table event attach partition ${sql.table(name)} for values from (${sql.lit(from)}) to (${sql.lit(to)})`,
      ),
    )
  })

const ensureOne = async (db: Db, at: number, now: number): Promise<readonly Span[]> => {
  for (let attempt = 1; ; attempt++) {
    const spans = await readSpans(db)
    if (covers(spans, at)) return spans
    try {
      await createPartition(db, spanFor(spans, at, now))
    } catch (error) {
      // Another process made it, or one that overlaps, at the same moment: then it is there when we look again.
      if (attempt === 5) throw error
    }
  }
}

const known = new WeakMap<object, readonly Span[]>()

/** Makes the partitions that hold these instants, where they are missing. Remembers per database what is there, so that it mostly costs nothing. */
export const ensurePartitions = async (db: Db, instants: Iterable<number>, now: Date): Promise<void> => {
  for (const at of instants) {
    if (covers(known.get(db) ?? [], at)) continue
    known.set(db, await ensureOne(db, at, now.getTime()))
  }
}
