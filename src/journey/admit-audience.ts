import { sql } from 'kysely'
import { loadCatalog } from '../audience/catalog.ts'
import { isEvaluated } from '../audience/state.ts'
import { Unavailable } from '../base/errors.ts'
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

type Member = { readonly profile_id: string; readonly entered_at: Date }

const stillMembers = (db: Db, spaceId: string, audienceId: string, profileIds: readonly string[]) =>
  run(
    db,
    query(
      'membership.still',
      sql<Member>`select m.profile_id, m.entered_at from unnest(${profileIds.toSorted()}::uuid[]) as r (id)
        join membership m on m.profile_id = r.id where m.space_id = ${spaceId} and m.audience_id = ${audienceId} order by m.profile_id`,
    ),
  )

// An evaluation that looks at an instant before the publication may end after it, and after the members of then were read. Who is told so is
// one of them.
const belated = async (db: Db, plan: CurrentPlan, entry: AudienceEntry, audienceId: string, entered: readonly OutboxItem[]) => {
  const before = entry.existing ? entered.filter(({ created_at }) => created_at < plan.publishedAt) : []
  if (before.length === 0) return []
  const ids = new Set(before.map((item) => item.profile_id))
  return stillMembers(db, plan.spaceId, audienceId, [...ids])
}

/** Reaction to `entered`: lets those who entered an audience into the open journeys that begin with it, as one cohort a journey. */
export const admitEntered = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  const byAudience = Map.groupBy(items, ({ payload }) => payload['audience_id'])
  const { audiences } = await loadCatalog(db, spaceId)
  for (const plan of await currentPlans(db, spaceId)) {
    const { openSince } = plan
    const found = entryOf(plan, audiences)
    if (openSince === undefined || !found) continue
    const { entry, audienceId } = found
    const entered = byAudience.get(audienceId) ?? []
    const candidates = [
      ...(await belated(db, plan, entry, audienceId, entered)).map((each) =>
        candidateOf(entry, each.profile_id, each.entered_at),
      ),
      ...entered
        .filter((item) => item.created_at >= openSince)
        .map((item) => candidateOf(entry, item.profile_id, item.created_at)),
    ]
    await admit(db, plan, candidates, now)
  }
}

const members = (db: Db, spaceId: string, audienceId: string, after: string) =>
  run(
    db,
    query(
      'membership.page_of',
      sql<Member>`select profile_id, entered_at from membership
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

/**
 * Reaction to `journey_published`: lets in who is a member of the entry audience already, where the journey asks for it. Where the audience
 * is being evaluated it is told again later instead of waiting here, which would hold up everything else that is told.
 * @throws Unavailable then, when the others are let in.
 */
export const admitExisting = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  const { audiences } = await loadCatalog(db, spaceId)
  const plans = await currentPlans(db, spaceId)
  const busy: string[] = []
  for (const { payload } of items) {
    const plan = plans.find(({ journeyId, version }) => journeyId === payload['journey_id'] && version === payload['version'])
    const found = plan ? entryOf(plan, audiences) : undefined
    if (!plan?.openSince || !found?.entry.existing) continue
    if (await isEvaluated(db, { spaceId, computation: { id: found.audienceId, kind: 'audience' } }))
      busy.push(found.entry.audience)
    else await admitMembers(db, plan, found.entry, found.audienceId, now)
  }
  if (busy.length > 0)
    throw new Unavailable(
      'audience_evaluated',
      `Audience "${busy.join('", "')}" is being computed; its members enter afterwards.`,
    )
}
