import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { preparedQuery, query, run, runOne } from '../db/query.ts'
import type { Computation } from './computation.ts'
import { addDue } from './due.ts'

/** A window edge: events of this name, this age, move profiles of these computations by time alone. */
type Edge = { readonly name: string; readonly age: number; readonly computations: string[] }

/** The window edges of all computations, each once. */
export const edgesOf = (computations: readonly Computation[]): readonly Edge[] => {
  const edges = new Map<string, Edge>()
  for (const { id, references } of computations.filter(({ options }) => !options.recompute)) {
    for (const { name, edges: ages } of references.events) {
      for (const age of ages) {
        const key = `${age} ${name}`
        const edge = edges.get(key) ?? { name, age, computations: [] }
        if (!edge.computations.includes(id)) edge.computations.push(id)
        edges.set(key, edge)
      }
    }
  }
  return [...edges.values()]
}

export type Clock = { readonly movedAt: Date; readonly nextInstant: Date | null; readonly batch: number }

/** Takes the space's clock: whoever has it distributes, one at a time, for a few milliseconds. Undefined where nothing was ever computed. */
export const takeClock = (tx: Db, spaceId: string): Promise<Clock | undefined> =>
  runOne(
    tx,
    preparedQuery(
      'evaluation_clock.take',
      sql<Clock>`select moved_at as "movedAt", next_instant as "nextInstant", batch from evaluation_clock
        where space_id = ${spaceId} for update`,
    ),
  )

export const setClock = async (tx: Db, spaceId: string, { movedAt, nextInstant, batch }: Clock): Promise<void> => {
  await run(
    tx,
    query(
      'evaluation_clock.set',
      sql`update evaluation_clock set moved_at = ${movedAt}::timestamptz, next_instant = ${nextInstant}::timestamptz, batch = ${batch}::bigint
        where space_id = ${spaceId}`,
    ),
  )
}

/** Has the next tick look at the edges anew: a definition was saved. */
export const wakeClock = async (db: Db, spaceId: string, now: Date): Promise<void> => {
  await run(
    db,
    query(
      'evaluation_clock.wake',
      sql`insert into evaluation_clock (space_id, moved_at, next_instant) values (${spaceId}, ${now}::timestamptz, ${now}::timestamptz)
        on conflict (space_id) do update set next_instant = excluded.next_instant`,
    ),
  )
}

const before = (instant: Date, ms: number): Date => new Date(instant.getTime() - ms)

/**
 * Makes due whoever has an event that crossed an edge in (movedAt, now]: one statement for all edges of all computations, a short range scan
 * for each; where somebody did, a second one for the computations. `offset 0` keeps it a scan an edge: joined, the planner may read every event instead. Both ends are included, so that an event
 * exactly at an edge is looked at from both sides. Whoever is looked at for an event of the same name anyway, in this tick (`mentioned`: the batch
 * of those of whom that was told) or when the change that waits is taken, is not once more for the edge: in a burst that was most of them, for
 * an event that just happened has just crossed the edge of the future.
 */
export const crossEdges = async (
  tx: Db,
  spaceId: string,
  batch: string,
  edges: readonly Edge[],
  { movedAt, now, mentioned }: { readonly movedAt: Date; readonly now: Date; readonly mentioned: (name: string) => string },
): Promise<void> => {
  if (edges.length === 0) return
  const crossed = await run(
    tx,
    query(
      'computation_due.cross_edges',
      sql<{ batch: string; profiles: number }>`with crossed as (
          insert into due_profile (space_id, batch, profile_id)
          select distinct ${spaceId}, ${batch}::text || '.edge ' || w.edge, e.profile_id
          from unnest(${edges.map((_, index) => index)}::integer[], ${edges.map((edge) => edge.name)}::text[],
              ${edges.map((edge) => before(movedAt, edge.age).toISOString())}::timestamptz[],
              ${edges.map((edge) => before(now, edge.age).toISOString())}::timestamptz[],
              ${edges.map((edge) => mentioned(edge.name))}::text[]) as w (edge, name, since, until, mentioned)
            cross join lateral (select v.profile_id from event v where v.space_id = ${spaceId} and v.name = w.name
              and v.timestamp >= w.since and v.timestamp <= w.until offset 0) as e
          where not exists (select from due_profile d where d.space_id = ${spaceId} and d.batch = w.mentioned and d.profile_id = e.profile_id offset 0)
            and not exists (select from profile_change c where c.space_id = ${spaceId} and c.profile_id = e.profile_id and c.claim is null
              and w.name = any(c.event_names) offset 0)
          order by 2, e.profile_id on conflict do nothing returning batch)
        select batch, count(*) as profiles from crossed group by batch`,
    ),
  )
  const counts = new Map(crossed.map((row) => [row.batch, row.profiles]))
  const due = edges.flatMap((edge, index) => {
    const own = `${batch}.edge ${index}`
    const profiles = counts.get(own)
    return profiles === undefined ? [] : edge.computations.map((id) => ({ id, batch: own, profiles }))
  })
  await addDue(tx, spaceId, due)
}

/**
 * The first instant after `movedAt` at which an event crosses an edge, or null. An event that stands exactly at an edge crosses it the
 * next millisecond at the latest: some edges are crossed at the instant, some just after it.
 */
export const nextCrossing = async (tx: Db, spaceId: string, edges: readonly Edge[], movedAt: Date): Promise<Date | null> => {
  if (edges.length === 0) return null
  const row = await runOne(
    tx,
    query(
      'evaluation_clock.next_crossing',
      sql<{ at: Date | null }>`select min(case when e.timestamp > w.since then e.timestamp + (${movedAt}::timestamptz - w.since)
          else ${movedAt}::timestamptz + interval '1 millisecond' end) as at
        from unnest(${edges.map((edge) => edge.name)}::text[], ${edges.map((edge) => before(movedAt, edge.age).toISOString())}::timestamptz[])
            as w (name, since)
          cross join lateral (select v.timestamp from event v where v.space_id = ${spaceId} and v.name = w.name
            and v.timestamp >= w.since order by v.timestamp limit 1) as e`,
    ),
  )
  return must(row, 'one row').at
}
