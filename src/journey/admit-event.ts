import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import { admit, type Candidate } from './admit.ts'
import type { Entry } from './definition.ts'
import { type Happening, identifierOf } from './happening.ts'
import { fits, happeningRows } from './happening-rows.ts'
import type { CurrentPlan, Plan } from './plan.ts'
import { type Refusal, recordRefusals } from './refusal.ts'

const LONGEST_IDENTIFIER = 150

type EventEntry = Extract<Entry, { type: 'event' }>

const audienceId = async (db: Db, spaceId: string, key: string): Promise<string> => {
  const row = await runOne(
    db,
    query('audience.id_of', sql<{ id: string }>`select id from audience where space_id = ${spaceId} and key = ${key}`),
  )
  return row?.id ?? ''
}

// Membership is asked as it is computed now; nobody waits for an evaluation to catch up (spec/journeys §3.2.1).
const fitting = async (
  db: Db,
  spaceId: string,
  entry: EventEntry,
  happenings: readonly Happening[],
  now: Date,
): Promise<ReadonlySet<string>> => {
  const audience = entry.audience === undefined ? undefined : await audienceId(db, spaceId, entry.audience)
  const member =
    audience === undefined
      ? sql`true`
      : sql`exists (select from membership m where m.space_id = ${spaceId} and m.audience_id = ${audience} and m.profile_id = h.profile_id)`
  const rows = await run(
    db,
    query(
      'journey_run.fitting.*',
      sql<{ profile_id: string }>`select h.profile_id from (${happeningRows(happenings, entry.identifier)}) h
        where ${fits(entry.where, now)} and ${member}`,
    ),
  )
  return new Set(rows.map((row) => row.profile_id))
}

const refusalOf = (entry: EventEntry, happening: Happening): Refusal | undefined => {
  if (entry.frequency === 'once' || entry.identifier === undefined) return undefined
  const value = identifierOf(happening, entry.identifier)
  if (value !== '' && value.length <= LONGEST_IDENTIFIER) return undefined
  return {
    profileId: happening.profileId,
    key: happening.messageId,
    reason: value === '' ? 'no_identifier' : 'long_identifier',
    evidence: { event: happening.event, messageId: happening.messageId, property: entry.identifier },
  }
}

// With `once` the key is the same for ever. Otherwise it carries the message, so that a finished run does not keep its identifier from
// entering again, while the same message told twice enters once.
const candidateOf = (entry: EventEntry, happening: Happening): Candidate => {
  const identifier = entry.frequency === 'once' ? '' : identifierOf(happening, entry.identifier)
  return {
    profileId: happening.profileId,
    entryKey: entry.frequency === 'once' ? 'once' : `${identifier} ${happening.messageId}`.trim(),
    identifier,
    context: { [happening.event]: happening.properties },
    mark: happening.mark,
  }
}

const enterBy = async (db: Db, plan: Plan, entry: EventEntry, happenings: readonly Happening[], now: Date): Promise<void> => {
  const unconditional = entry.where === undefined && entry.audience === undefined
  const fit = unconditional ? undefined : await fitting(db, plan.spaceId, entry, happenings, now)
  const wanted = happenings.filter(({ profileId }) => !fit || fit.has(profileId))
  const refusals = wanted.map((each) => refusalOf(entry, each)).filter((each) => each !== undefined)
  await recordRefusals(db, plan, refusals, now)
  const refused = new Set(refusals.map(({ profileId }) => profileId))
  const candidates = wanted.filter(({ profileId }) => !refused.has(profileId)).map((each) => candidateOf(entry, each))
  await admit(db, plan, candidates, now)
}

/**
 * Lets in whoever one of these events, at most one a profile, lets into a journey that is open. Events from before it opened, or from
 * while it was paused, let nobody in (spec/journeys §3.2, §5.2).
 */
export const admitByEvent = async (
  db: Db,
  plans: readonly CurrentPlan[],
  happenings: readonly Happening[],
  now: Date,
): Promise<void> => {
  for (const plan of plans) {
    const { openSince } = plan
    const { entry } = plan.definition
    if (openSince === undefined || entry.type !== 'event') continue
    const told = happenings.filter(({ event, at }) => event === entry.event && at >= openSince)
    if (told.length > 0) await enterBy(db, plan, entry, told, now)
  }
}
