import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import { later } from '../base/later.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { compile } from './compile.ts'
import { type Computation, scopeOf } from './computation.ts'
import { compileValue } from './compute.ts'
import { clearChanges } from './computed-value.ts'
import type { Outcome, Step, Work } from './evaluate.ts'
import { record } from './evaluation.ts'
import { type Changes, changed } from './membership.ts'
import type { Sql } from './operator.ts'
import { beginAttempt, finishRun, type Run } from './run.ts'
import type { Scope } from './scope.ts'
import { hold, isCurrent, lock, setLive } from './state.ts'
import { clockOf, completeStep, layOut, nextRange, type Range } from './steps.ts'
import { setWakes } from './wake.ts'

/*
 * A new or edited definition over many people, in steps that are each done once: a killed worker costs one of them. Each step looks at one range
 * of ids (disjoint, and found by an index where a hash would read everything) at the instant of the run, and writes down whom it found.
 *
 * Who is in must come from one snapshot though the steps have one each (CMP-10), and a snapshot that is exported dies with its worker. So the
 * last step, one repeatable-read transaction, takes back whatever its own snapshot knows to have happened since: who is due for this
 * computation (nobody else takes that while its definition is not in), who changed and was not distributed yet, and who was merged away.
 * These it asks anew; of all others nothing happened between their step and this snapshot, so that their answer is this snapshot's answer. The
 * diff with what was there, membership, entered and exited, outbox: all in that transaction.
 */

/** Bounds between the ranges: every so many ids. Empty where one step is enough. */
export const boundsOf = async (db: Db, spaceId: string, peoplePerStep: number): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'profile.bounds',
      sql<{
        id: string
      }>`select n.id from (select p.id, row_number() over (order by p.id) as place from profile p where p.space_id = ${spaceId}) as n
        where n.place % ${peoplePerStep}::bigint = 0 order by n.id`,
    ),
  )
  return rows.map((row) => row.id)
}

const matchingOf = (work: Work, computation: Computation, scope: Pick<Scope, 'now' | 'candidates' | 'among'>): Sql => {
  const asked = { ...scopeOf(computation, { ...work, ...scope }), among: scope.among }
  return computation.kind === 'audience'
    ? sql`select n.profile_id, null::jsonb as value from (${compile(computation.condition, asked)}) as n`
    : sql`select n.profile_id, n.value from (${compileValue(computation.definition, asked)}) as n`
}

const writeFound = async (tx: Db, { spaceId }: Work, { id }: Computation, found: Sql): Promise<void> => {
  await run(
    tx,
    query(
      'computation_found.write*',
      sql`insert into computation_found (space_id, computation_id, profile_id, value)
        select ${spaceId}, ${id}, f.profile_id, f.value from (${found}) as f order by f.profile_id`,
    ),
  )
}

/** Looks at one range. */
const findInRange = async (tx: Db, work: Work, computation: Computation, range: Range, at: Date): Promise<void> => {
  const { spaceId } = work
  if (computation.references.timely) {
    const candidates = sql`select q.id as profile_id from profile q where q.space_id = ${spaceId} and q.id > ${range.from}::uuid and q.id <= ${range.to}::uuid`
    await setWakes(tx, work, computation, { candidates, sources: undefined, now: at, sameDefinition: false, everybody: true })
  }
  await writeFound(tx, work, computation, matchingOf(work, computation, { now: at, candidates: undefined, among: range }))
  await completeStep(tx, work, computation, range)
}

const BATCHES = 100

/** The batches that this snapshot knows to be due; undefined where they are too many for one list (R8), or everybody is due again. */
const dueSince = async (tx: Db, spaceId: string, id: string, mark: string): Promise<readonly string[] | undefined> => {
  const rows = await run(
    tx,
    query(
      'computation_due.since',
      sql<{ batch: string; everybody: boolean }>`select d.batch, d.profiles is null as everybody from computation_due d
        where d.space_id = ${spaceId} and d.computation_id = ${id} and d.batch <> ${mark} order by d.batch`,
    ),
  )
  return rows.length > BATCHES || rows.some((row) => row.everybody) ? undefined : rows.map((row) => row.batch)
}

// Whom this snapshot knows to have changed since the steps looked: a minute more for merges, whose clock is another's.
const sinceThen = (spaceId: string, batches: readonly string[], at: Date): Sql<{ profile_id: string }> =>
  sql`select x.profile_id from (select d.profile_id from due_profile d where d.space_id = ${spaceId} and d.batch = any(${batches}::text[])
      union all select c.profile_id from profile_change c where c.space_id = ${spaceId}
      union all select g.loser_id from profile_merge g where g.space_id = ${spaceId} and g.merged_at >= ${new Date(at.getTime() - 60_000)}::timestamptz) as x`

const askAnew = async (
  tx: Db,
  work: Work,
  computation: Computation,
  now: Date,
  candidates: Sql<{ profile_id: string }>,
): Promise<void> => {
  if (computation.references.timely)
    await setWakes(tx, work, computation, { candidates, sources: undefined, now, sameDefinition: false })
  await run(
    tx,
    query(
      'computation_found.take_back',
      sql`delete from computation_found where space_id = ${work.spaceId} and computation_id = ${computation.id} and profile_id in (${candidates})`,
    ),
  )
  await writeFound(tx, work, computation, matchingOf(work, computation, { now, candidates }))
}

// Everybody became due again meanwhile, as when a large audience that it refers to was computed: nothing that was found counts.
const everybodyAnew = async (tx: Db, work: Work, computation: Computation, now: Date): Promise<void> => {
  if (computation.references.timely)
    await setWakes(tx, work, computation, {
      candidates: undefined,
      sources: undefined,
      now,
      sameDefinition: false,
      everybody: true,
    })
  await run(
    tx,
    query(
      'computation_found.take_all_back',
      sql`delete from computation_found where space_id = ${work.spaceId} and computation_id = ${computation.id}`,
    ),
  )
  await writeFound(tx, work, computation, matchingOf(work, computation, { now, candidates: undefined }))
}

/** What the evaluation of an ordinary run does with what was found, and how it ends where the definition is another by now. */
export type Hands = {
  readonly evaluateStep: (tx: Db, work: Work, computation: Computation, step: Step) => Promise<Changes>
  readonly tellDependents: (
    tx: Db,
    work: Work,
    computation: Computation,
    evaluation: Step['evaluation'],
    changes: Changes,
  ) => Promise<string | undefined>
  readonly outdated: () => Error
}

const foundBy = (spaceId: string, id: string): Sql<{ profile_id: string; value: unknown }> =>
  sql`select f.profile_id, f.value from computation_found f where f.space_id = ${spaceId} and f.computation_id = ${id}`

const clearUp = async (tx: Db, spaceId: string, id: string): Promise<void> => {
  for (const table of ['computation_due', 'computation_step', 'computation_found'] as const) {
    await run(
      tx,
      query(`${table}.clear`, sql`delete from ${sql.table(table)} where space_id = ${spaceId} and computation_id = ${id}`),
    )
  }
}

/** The last step: what was found becomes what is. */
const switchOver = (work: Work, computation: Computation, at: Date, mark: string, hands: Hands): Promise<Outcome> =>
  transact(
    work.db,
    async (tx) => {
      const { spaceId, limits } = work
      const { id } = computation
      const movedAt = await clockOf(tx, spaceId)
      const locked = await lock(tx, { spaceId, computation }, later(movedAt, at), limits.fullMs)
      if (!locked) return { kind: 'busy', computation }
      if (!(await isCurrent(tx, { spaceId, computation }))) throw hands.outdated()
      const batches = await dueSince(tx, spaceId, id, mark)
      if (batches) await askAnew(tx, work, computation, locked.at, sinceThen(spaceId, batches, at))
      else await everybodyAnew(tx, work, computation, locked.at)
      const evaluation = { spaceId, id, number: locked.number, at: locked.at }
      const step: Step = {
        evaluation,
        candidates: undefined,
        sources: undefined,
        sameDefinition: false,
        found: foundBy(spaceId, id),
      }
      const changes = await hands.evaluateStep(tx, work, computation, step)
      const passedOn = await hands.tellDependents(tx, work, computation, evaluation, changes)
      if (computation.kind === 'audience') await record(tx, evaluation, 'full', changes, null)
      else if (changed(changes) > 0) await clearChanges(tx, evaluation)
      await clearUp(tx, spaceId, id)
      await setLive(tx, { spaceId, computation }, computation.version)
      await finishRun(tx, spaceId, id, work.now, { drift: null, changed: changed(changes) })
      crashPoint('audience.switched')
      return { kind: 'evaluated', computation, changes, ...(passedOn === undefined ? {} : { passedOn }) }
    },
    'repeatable read',
  )

const findNext = (work: Work, computation: Computation, at: Date): Promise<'found' | 'busy' | 'all'> =>
  transact(work.db, async (tx) => {
    const { spaceId, limits } = work
    if (!(await hold(tx, { spaceId, computation }, limits.fullMs))) return 'busy'
    const range = await nextRange(tx, spaceId, computation.id)
    await beginAttempt(work.db, spaceId, computation.id)
    // The switch is counted here, before its snapshot: a row that was written after it could not be written again.
    if (!range) return 'all'
    await findInRange(tx, work, computation, range, at)
    return 'found'
  })

/** Makes the next step of a run: `stepped` while there are more. */
export const step = async (
  work: Work,
  computation: Computation,
  { id, at }: Run,
  bounds: readonly string[],
  hands: Hands,
): Promise<Outcome> => {
  if (at === null) {
    await layOut(work, computation, bounds, later(await clockOf(work.db, work.spaceId), work.now))
    return { kind: 'stepped', computation }
  }
  const found = await findNext(work, computation, at)
  if (found === 'all') return switchOver(work, computation, at, `everybody run ${id}`, hands)
  return { kind: found === 'busy' ? 'busy' : 'stepped', computation }
}
