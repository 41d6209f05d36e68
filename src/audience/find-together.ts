import { sql } from 'kysely'
import { Unavailable } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { lower } from './compile.ts'
import { type Computation, scopeOf } from './computation.ts'
import type { Condition } from './condition.ts'
import type { Work } from './evaluate.ts'
import { inLanes } from './lanes.ts'
import { asksOfItsOwn } from './needed.ts'
import type { Sql } from './operator.ts'
import { beginAttempt, type Run } from './run.ts'
import { inRange, type Scope, universe } from './scope.ts'
import { canBeGrouped, sharingByName } from './share-by-name.ts'
import { hold } from './state.ts'
import { clockOf, completeStep, layOut, nextRange, type Range } from './steps.ts'
import { type Audience, eligibilities } from './together.ts'
import { setWakes } from './wake.ts'

/*
 * New and edited audiences that are computed at the same time read the same events, each for itself. Those that ask nothing but numbers of events
 * and traits make the steps of their runs together: one statement reads every event once, and everybody's profile. What it finds is
 * written down for each run, and each ends by itself, as if it had looked alone (`backfill.ts`).
 */

/** Whether an audience can be found together with others: it asks its own events, grouped, and refers to nothing that is computed. */
export const isFoundTogether = (computation: Computation): computation is Audience =>
  computation.kind === 'audience' &&
  computation.collection === 'users' &&
  computation.options.recompute === undefined &&
  computation.references.computations.length === 0 &&
  asksOfItsOwn(computation) &&
  canBeGrouped(computation.condition)

const namesOf = ({ references }: Computation): string =>
  [...new Set(references.events.map(({ name }) => name))].toSorted().join('\n')

/** In so many parts, those that ask for the same events next to each other, so that few events are read for two parts. */
export const byNames = <T extends { readonly audience: Audience }>(
  looking: readonly T[],
  most: number,
): readonly (readonly T[])[] => {
  const sorted = looking.toSorted((a, b) => (namesOf(a.audience) < namesOf(b.audience) ? -1 : 1))
  const size = Math.ceil(sorted.length / most)
  return Array.from({ length: most }, (_, part) => sorted.slice(part * size, (part + 1) * size)).filter((part) => part.length > 0)
}

type Looking = { readonly audience: Audience; readonly at: Date; readonly range: Range }

type Asked = { readonly condition: Condition; readonly scope: Scope }

/** Whom each of these conditions holds for: `profile_id`, and the place of the condition among them. All of one space, at one instant. */
export const whoIsIn = (db: Db, spaceId: string, asked: readonly Asked[], among: Pick<Range, 'from' | 'to'>): Sql => {
  const { share, joins } = sharingByName(db)
  const eligible = eligibilities()
  const tests = asked.map(({ condition, scope: own }) => {
    // Asked of each profile by itself, as of candidates; its numbers are columns beside it.
    const scope: Scope = { ...own, candidates: sql`select null::uuid`, share }
    const able = eligible.of(JSON.stringify(scope.filterByExternalIds ?? null), () => universe({ ...own, candidates: undefined }))
    return sql`coalesce(${able} and ${lower(condition, scope).test}, false)`
  })
  return sql`select a.profile_id, a.place from (
      select p.id as profile_id, unnest(${asked.map((_, place) => place)}::integer[]) as place, unnest(array[${sql.join(tests)}]::boolean[]) as holds
      from (select p.*${sql.join(eligible.columns, sql``)} from profile p
        where p.space_id = ${spaceId} and p.collection = 'users' and p.merged_into is null and ${inRange(sql`p.id`, among)} offset 0) p
        ${sql.join(joins(spaceId, among), sql` `)}) a
    where a.holds`
}

const writeFound = async (tx: Db, work: Work, looking: readonly Looking[], now: Date, range: Range): Promise<void> => {
  const { spaceId, catalog } = work
  const asked = looking.map(({ audience }) => ({
    condition: audience.condition,
    scope: scopeOf(audience, { spaceId, catalog, now, candidates: undefined }),
  }))
  await run(
    tx,
    query(
      'computation_found.write_together*',
      sql`insert into computation_found (space_id, computation_id, profile_id)
        select ${spaceId}, k.id, f.profile_id from (${whoIsIn(tx, spaceId, asked, range)}) f
          join unnest(${looking.map((_, place) => place)}::integer[], ${looking.map(({ audience }) => audience.id)}::text[]) as k (place, id) on k.place = f.place
        order by k.id, f.profile_id`,
    ),
  )
}

// Those whose next step is about the same people; somebody else may be at one of them.
const lookingAtTheSame = async (tx: Db, work: Work, asked: readonly Omit<Looking, 'range'>[]): Promise<readonly Looking[]> => {
  const looking: Looking[] = []
  for (const each of asked.toSorted((a, b) => (a.audience.id < b.audience.id ? -1 : 1))) {
    if (!(await hold(tx, { spaceId: work.spaceId, computation: each.audience }, work.limits.fullMs))) continue
    const range = await nextRange(tx, work.spaceId, each.audience.id)
    if (range && (looking[0] === undefined || isSame(looking[0], { ...each, range }))) looking.push({ ...each, range })
  }
  return looking
}
const isSame = (a: Looking, b: Looking): boolean =>
  +a.at === +b.at && a.range.step === b.range.step && a.range.from === b.range.from && a.range.to === b.range.to

/** Makes the next step of these runs together; answers how many it was. @throws what the database says, with nothing done. */
export const findTogether = (work: Work, asked: readonly Omit<Looking, 'range'>[]): Promise<number> =>
  transact(work.db, async (tx) => {
    const looking = await lookingAtTheSame(tx, work, asked)
    const [first] = looking
    if (!first || looking.length < 2) return 0
    for (const { audience } of looking) await beginAttempt(work.db, work.spaceId, audience.id)
    const { at, range } = first
    for (const { audience } of looking) {
      if (!audience.references.timely) continue
      const candidates = sql`select q.id as profile_id from profile q where q.space_id = ${work.spaceId} and ${inRange(sql`q.id`, range)}`
      await setWakes(tx, work, audience, { candidates, sources: undefined, now: at, sameDefinition: false, everybody: true })
    }
    await writeFound(tx, work, looking, at, range)
    for (const { audience } of looking) await completeStep(tx, work, audience, range)
    return looking.length
  })

// Two that read the same events save one reading, and pay with the copy of whom they found.
const WORTH_TOGETHER = 3
const LANES = 2

type Admitted = { readonly computation: Computation; readonly run: Run }

const isNew = ({ computation, run }: Admitted): boolean =>
  run.at === null && computation.evaluatedVersion !== computation.version && isFoundTogether(computation)

/**
 * The first steps of what is new or edited and can look together. Answers whether any was made: their runs go on from there, each by itself.
 * Where asked together they fail, each looks alone.
 */
export const lookTogether = async (work: Work, admitted: readonly Admitted[], bounds: () => Promise<readonly string[]>) => {
  const fresh = admitted.filter(isNew)
  if (fresh.length < WORTH_TOGETHER) return false
  const at = new Date(Math.max(+(await clockOf(work.db, work.spaceId)), +work.now))
  for (const { computation } of fresh) await layOut(work, computation, await bounds(), at)
  const looking = fresh.flatMap(({ computation }) => (isFoundTogether(computation) ? [{ audience: computation, at }] : []))
  await inLanes(byNames(looking, LANES), LANES, async (part) => {
    for (let step = 0; step <= (await bounds()).length; step++) {
      await findTogether(work, part).catch((error: unknown) => {
        if (error instanceof Unavailable) throw error
        process.emitWarning(`${part.length} audiences look one by one, for together they fail: ${error}`)
      })
    }
  })
  return true
}
