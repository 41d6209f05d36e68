import { type RawBuilder, sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import { idFrom } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import { suppressedPeople } from '../profile/suppressed.ts'
import { newCohortId, sendCohort } from './cohort.ts'
import { type Landing, landingAt } from './landing.ts'
import type { Plan } from './plan.ts'
import { type Refusal, recordRefusals } from './refusal.ts'
import { tellArrivals } from './transition.ts'

/** A cohort is at most so many runs: what one transaction may hold up, and what a walk in parallel still gains from. */
export const MOST_IN_COHORT = 10_000
/** So many runs may be under way for one profile, over all journeys (spec/journeys §3.2.4). */
const MOST_RUNS = 25

/**
 * Somebody who may enter. `entryKey` is the business key: one run per journey, profile and entry key, ever. `identifier` tells runs that go
 * on at the same time apart: one at a time per journey, profile and identifier.
 */
export type Candidate = {
  readonly profileId: string
  readonly entryKey: string
  readonly identifier: string
  readonly context: JsonObject
  /** Events up to this mark are behind the run. */
  readonly mark: string
}

type Standing = 'welcome' | 'known' | 'too_many_runs' | 'suppressed'

// Known: entered under that key before, has a run with that identifier under way, or had one when the event came, which was that run's then
// (spec/journeys §3.2.3). The last makes an event that is told again after its run has ended admit nobody.
const standings = async (tx: Db, plan: Plan, candidates: readonly Candidate[]): Promise<readonly Standing[]> => {
  const rows = await run(
    tx,
    query(
      'journey_run.standings',
      sql<{ n: number; known: boolean }>`select c.n, bool_or(r.journey_id = ${plan.journeyId} and (r.entry_key = c.entry_key
            or (r.identifier = c.identifier and (r.status in ('active', 'held') or r.arrived_mark >= c.mark collate "C")))) as known
        from unnest(${candidates.map((each) => each.profileId)}::uuid[], ${candidates.map((each) => each.entryKey)}::text[],
          ${candidates.map((each) => each.identifier)}::text[], ${candidates.map((each) => each.mark)}::text[])
          with ordinality as c (profile_id, entry_key, identifier, mark, n)
        join journey_run r on r.profile_id = c.profile_id
        where r.space_id = ${plan.spaceId}
        group by c.n
        having count(*) filter (where r.status in ('active', 'held')) >= ${MOST_RUNS}
          or bool_or(r.journey_id = ${plan.journeyId} and (r.entry_key = c.entry_key
            or (r.identifier = c.identifier and (r.status in ('active', 'held') or r.arrived_mark >= c.mark collate "C"))))`,
    ),
  )
  const found = new Map(rows.map(({ n, known }) => [n - 1, known ? ('known' as const) : ('too_many_runs' as const)]))
  const suppressed = await suppressedPeople(
    tx,
    plan.spaceId,
    candidates.map((each) => each.profileId),
  )
  return candidates.map(({ profileId }, n) => (suppressed.has(profileId) ? 'suppressed' : (found.get(n) ?? 'welcome')))
}

const admitted = (
  plan: Plan,
  candidates: readonly Candidate[],
  landing: Landing,
  cohortId: string,
  now: Date,
): RawBuilder<{ entered: number }> => {
  const { spaceId, journeyId, version } = plan
  const rows = candidates
    .map((each) => ({ ...each, id: idFrom(spaceId, journeyId, each.profileId, each.entryKey) }))
    .toSorted((a, b) => (a.profileId + a.id < b.profileId + b.id ? -1 : 1))
  return sql<{ entered: number }>`with entered as (
      insert into journey_run (space_id, profile_id, id, journey_id, version, entry_key, identifier, root_id, step, cohort_id, status,
        context, entered_at, entered_mark, arrived_at, arrived_mark, due_at)
      select ${spaceId}, c.profile_id, c.id, ${journeyId}::text, ${version}::integer, c.entry_key, c.identifier, c.id, ${landing.step}::text,
        ${cohortId}::uuid, ${landing.status}::text, c.context::jsonb, ${now}::timestamptz, c.mark, ${now}::timestamptz, c.mark,
        ${landing.due}::timestamptz
      from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.entryKey)}::text[],
        ${rows.map((r) => r.identifier)}::text[], ${rows.map((r) => JSON.stringify(r.context))}::text[], ${rows.map((r) => r.mark)}::text[])
        as c (profile_id, id, entry_key, identifier, context, mark)
      on conflict do nothing returning 1)
    select count(*)::integer as entered from entered`
}

const enter = async (tx: Db, plan: Plan, candidates: readonly Candidate[], now: Date): Promise<number> => {
  const { definition } = plan
  const standing = await standings(tx, plan, candidates)
  const refusals = candidates.flatMap(({ profileId, entryKey: key, identifier }, n): readonly Refusal[] => {
    const reason = standing[n]
    return reason === 'too_many_runs' || reason === 'suppressed' ? [{ profileId, key, reason, evidence: { identifier } }] : []
  })
  await recordRefusals(tx, plan, refusals, now)
  const welcome = candidates.filter((_, n) => standing[n] === 'welcome')
  if (welcome.length === 0) return 0
  const landing = landingAt(definition, definition.start, now)
  const id = newCohortId(plan, now, 'entered', welcome.map(({ profileId, entryKey }) => `${profileId} ${entryKey}`).join('\n'))
  const runCount = (await runOne(tx, query('journey_run.enter', admitted(plan, welcome, landing, id, now))))?.entered ?? 0
  if (runCount > 0) await tellArrivals(tx, plan.spaceId, { cohortId: id, step: null, branch: null, next: landing.step }, now)
  await sendCohort(tx, plan, landing, { id, depth: 0, runCount }, now)
  crashPoint('journey.admitting')
  return runCount
}

/**
 * Lets candidates into a journey as one cohort (one per 10,000) and answers how many are new: who entered under that key before, or has a
 * run with that identifier under way, is quietly left out; who has too many runs under way, or is suppressed (spec/audiences §22.3), is refused
 * and written down.
 */
export const admit = async (db: Db, plan: Plan, candidates: readonly Candidate[], now: Date): Promise<number> => {
  let entered = 0
  for (let from = 0; from < candidates.length; from += MOST_IN_COHORT) {
    const some = candidates.slice(from, from + MOST_IN_COHORT)
    entered += await transact(db, (tx) => enter(tx, plan, some, now))
    crashPoint('journey.admitted')
  }
  return entered
}
