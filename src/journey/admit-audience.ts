import { sql } from 'kysely'
import { loadCatalog } from '../audience/catalog.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { query, run } from '../db/query.ts'
import { admit, type Candidate, MOST_IN_COHORT } from './admit.ts'
import type { Entry } from './definition.ts'
import { type CurrentPlan, currentPlans } from './plan.ts'

type AudienceEntry = Extract<Entry, { type: 'audience' }>

// The instant of entering the audience is the key, so that a member who was there at publication and the change that made them one are
// the same entry.
const candidateOf = (entry: AudienceEntry, profileId: string, enteredAt: Date): Candidate => ({
  profileId,
  entryKey: entry.frequency === 'once' ? 'once' : `entered ${enteredAt.toISOString()}`,
  identifier: '',
  context: {},
  mark: enteredAt.toISOString(),
})

const entryOf = (
  plan: CurrentPlan,
  idsByKey: ReadonlyMap<string, string>,
): { entry: AudienceEntry; audienceId: string } | undefined => {
  const { entry } = plan.definition
  const audienceId = entry.type === 'audience' ? idsByKey.get(entry.audience) : undefined
  return entry.type === 'audience' && audienceId !== undefined ? { entry, audienceId } : undefined
}

/** Reaction to `entered`: lets those who entered an audience into the open journeys that begin with it, as one cohort a journey. */
export const admitEntered = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  const byAudience = Map.groupBy(items, ({ payload }) => payload['audience_id'])
  const { audiences } = await loadCatalog(db, spaceId)
  for (const plan of await currentPlans(db, spaceId)) {
    const { openSince } = plan
    const found = entryOf(plan, audiences)
    if (openSince === undefined || !found) continue
    const entered = (byAudience.get(found.audienceId) ?? []).filter((item) => item.created_at >= openSince)
    const candidates = entered.map((item) => candidateOf(found.entry, item.profile_id, item.created_at))
    await admit(db, plan, candidates, now)
  }
}

const members = (db: Db, spaceId: string, audienceId: string, after: string) =>
  run(
    db,
    query(
      'membership.page_of',
      sql<{ profile_id: string; entered_at: Date }>`select profile_id, entered_at from membership
        where space_id = ${spaceId} and audience_id = ${audienceId} and profile_id > ${after}::uuid order by profile_id limit ${MOST_IN_COHORT}`,
    ),
  )

const admitMembers = async (db: Db, plan: CurrentPlan, entry: AudienceEntry, audienceId: string, now: Date): Promise<void> => {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const page = await members(db, plan.spaceId, audienceId, after)
    const candidates = page.map((member) => candidateOf(entry, member.profile_id, member.entered_at))
    await admit(db, plan, candidates, now)
    if (page.length < MOST_IN_COHORT) return
    after = must(page.at(-1), 'the last member of a page').profile_id
  }
}

/** Reaction to `journey_published`: lets in who is a member of the entry audience already, where the journey asks for it. */
export const admitExisting = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  const { audiences } = await loadCatalog(db, spaceId)
  const plans = await currentPlans(db, spaceId)
  for (const { payload } of items) {
    const plan = plans.find(({ journeyId, version }) => journeyId === payload['journey_id'] && version === payload['version'])
    const found = plan ? entryOf(plan, audiences) : undefined
    if (plan?.openSince && found?.entry.existing) await admitMembers(db, plan, found.entry, found.audienceId, now)
  }
}
