import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { preparedQuery, query, run, runOne } from '../db/query.ts'
import type { Computation } from './computation.ts'
import type { Sql } from './operator.ts'
import { versionOf } from './state.ts'

/*
 * `computation_due` says which computation must look at which batch of profiles, `due_profile` who is in a batch. Everything that may change
 * an answer ends in them: changed profiles, crossed window edges, woken dates, changes of what a condition refers to, saved definitions. An
 * evaluation takes an audience's lock and the batches that it has seen, in one transaction; what it cannot take (somebody else has the lock,
 * it failed, the power went) stays and is taken by the next. So a full evaluation of minutes neither loses what arrives meanwhile nor holds
 * up the tick. A profile is written once for all who must look at it: a thousand changed ones matter 25,000 times to a hundred audiences.
 */

/** Stands for everybody in `computation_wake`: the computation is to be evaluated in full. */
export const EVERYBODY = '00000000-0000-0000-0000-000000000000'

// More than this many at once, and asking about everybody is cheaper than asking about each (measured: 20 µs a look, 1.5 s for a million).
export const TOO_MANY = 50_000

// Longer lists go on in the next tick (R8: no array of ids above a hundred).
const BATCHES = 100

export type Due = {
  readonly computationId: string
  readonly batches: readonly string[]
  readonly everybody: boolean
  /** At most this many profiles: somebody may be in several batches. */
  readonly count: number
  /** The window edges up to here are in the batches: who evaluates them must not look from an earlier instant. */
  readonly movedAt: Date
}

/** What is due in a space. One snapshot reads the batches and the clock, because one transaction writes both. */
export const dueOf = async (db: Db, spaceId: string): Promise<readonly Due[]> => {
  const rows = await run(
    db,
    query(
      'computation_due.list',
      sql<Due>`select d.computation_id as "computationId",
        (array_agg(d.batch order by d.batch) filter (where d.profiles is not null))[1:${sql.lit(BATCHES)}] as batches,
        bool_or(d.profiles is null) as everybody, coalesce(sum(d.profiles), 0)::bigint as count,
        (select c.moved_at from evaluation_clock c where c.space_id = ${spaceId}) as "movedAt"
        from computation_due d where d.space_id = ${spaceId} group by d.computation_id order by d.computation_id`,
    ),
  )
  return rows.map((row) => ({ ...row, batches: row.batches ?? [], movedAt: row.movedAt ?? new Date(0) }))
}

/** The profiles of batches, as rows (R8). */
export const candidatesOf = (spaceId: string, batches: readonly string[]): Sql<{ profile_id: string }> =>
  sql`select d.profile_id from due_profile d where d.space_id = ${spaceId} and d.batch = any(${batches}::text[])`

/**
 * Takes batches of a computation, under its lock: answers those that are still due. Taken before they are looked at, not after, so that
 * nobody looks at a batch whose profiles `forgetDone` deletes meanwhile; until this transaction commits others see it as due.
 */
export const takeDue = async (
  tx: Db,
  spaceId: string,
  computationId: string,
  batches: readonly string[],
): Promise<readonly string[]> => {
  const rows = await run(
    tx,
    query(
      'computation_due.take',
      sql<{ batch: string }>`delete from computation_due
        where space_id = ${spaceId} and computation_id = ${computationId} and profiles is not null and batch = any(${batches}::text[])
        returning batch`,
    ),
  )
  return rows.map((row) => row.batch)
}

/**
 * Takes all that is due, before everybody is looked at; answers whether anything but the mark for everybody was, and the version of the definition,
 * if it is still to be computed. One snapshot for both: an edit that is not seen here marks the computation after us. That time asks for
 * it counts as being behind: moments that nobody kept may have passed (`wake.ts`). So does a change that everybody must be looked at for.
 */
export const takeEverybody = async (
  tx: Db,
  spaceId: string,
  { id, kind }: Pick<Computation, 'id' | 'kind'>,
): Promise<{ readonly wasBehind: boolean; readonly version: number | undefined }> => {
  const row = await runOne(
    tx,
    preparedQuery(
      `${kind}.take_everybody`,
      sql<{ wasBehind: boolean | null; version: number | null }>`with taken as (
          delete from computation_due where space_id = ${spaceId} and computation_id = ${id} returning batch, profiles)
        select (select bool_or(t.profiles is not null or t.batch like '%.wake %' or t.batch like 'everybody changed %') from taken t) as "wasBehind",
          (${versionOf(spaceId, { id, kind })}) as version`,
    ),
  )
  return { wasBehind: row?.wasBehind ?? false, version: row?.version ?? undefined }
}

/**
 * Deletes the profiles of batches that nobody must look at any more. A batch and who must look at it appear together, and nobody is added to
 * them later: one that was there, and is due for nobody after that, never will be.
 */
export const forgetDone = async (db: Db, spaceId: string): Promise<void> => {
  const there = await run(
    db,
    query(
      'due_profile.batches',
      sql<{ batch: string }>`select distinct d.batch from due_profile d where d.space_id = ${spaceId} order by d.batch`,
    ),
  )
  if (there.length === 0) return
  const due = await run(
    db,
    query(
      'computation_due.batches',
      sql<{
        batch: string
      }>`select distinct d.batch from computation_due d where d.space_id = ${spaceId} and d.profiles is not null`,
    ),
  )
  const still = new Set(due.map((row) => row.batch))
  const done = there.flatMap(({ batch }) => (still.has(batch) ? [] : batch))
  for (let from = 0; from < done.length; from += BATCHES) {
    await run(
      db,
      query(
        'due_profile.forget',
        sql`delete from due_profile where space_id = ${spaceId} and batch = any(${done.slice(from, from + BATCHES)}::text[])`,
      ),
    )
  }
}

/**
 * Marks computations to be evaluated in full because something changed for who knows whom: what that finds is no drift. Without a change to
 * find, as a check, it is `markEverybody`.
 */
export const markAllChanged = (db: Db, spaceId: string, computationIds: readonly string[], batch: string): Promise<void> =>
  markEverybody(db, spaceId, computationIds, `changed ${batch}`)

/** Marks computations to be evaluated in full. */
export const markEverybody = async (db: Db, spaceId: string, computationIds: readonly string[], batch: string): Promise<void> => {
  if (computationIds.length === 0) return
  await run(
    db,
    query(
      'computation_due.mark_everybody',
      sql`insert into computation_due (space_id, computation_id, batch, profiles)
        select ${spaceId}, r.id, 'everybody ' || ${batch}::text, null from unnest(${computationIds.toSorted()}::text[]) as r (id)
        on conflict do nothing`,
    ),
  )
}

/**
 * Marks whoever changed for computations, as one batch. `changed` is what comes after FROM: rows `c` with `profile_id`, and which of them;
 * `name` is what the statement is called.
 */
export const markChanged = async (
  tx: Db,
  spaceId: string,
  computationIds: readonly string[],
  batch: string,
  { name, changed }: { readonly name: string; readonly changed: Sql },
): Promise<void> => {
  const passed = await runOne(
    tx,
    query(
      name,
      sql<{ profiles: number }>`with passed as (
          insert into due_profile (space_id, batch, profile_id)
          select c.space_id, ${batch}, c.profile_id from ${changed} order by c.profile_id on conflict do nothing returning profile_id)
        select count(*) as profiles from passed`,
    ),
  )
  const profiles = must(passed, 'one row').profiles
  await addDue(
    tx,
    spaceId,
    computationIds.map((id) => ({ id, batch, profiles })),
  )
}

/** Has computations look at batches of profiles, each with how many it is. */
export const addDue = async (
  tx: Db,
  spaceId: string,
  due: readonly { readonly id: string; readonly batch: string; readonly profiles: number }[],
): Promise<void> => {
  if (due.length === 0) return
  await run(
    tx,
    query(
      'computation_due.add',
      sql`insert into computation_due (space_id, computation_id, batch, profiles)
        select ${spaceId}, r.id, r.batch, r.profiles
        from unnest(${due.map((each) => each.id)}::text[], ${due.map((each) => each.batch)}::text[], ${due.map((each) => each.profiles)}::bigint[])
          as r (id, batch, profiles)
        order by r.id, r.batch on conflict do nothing`,
    ),
  )
}
