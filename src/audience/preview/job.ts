import { sql } from 'kysely'
import { notFound, Refused } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import { query, run, runOne, transact } from '../../db/query.ts'
import type { Collection } from '../../profile/identifier.ts'
import { DEFAULT_LIMITS } from '../../space/limit.ts'
import type { Condition } from '../condition.ts'
import type { Breakdown } from '../insight.ts'
import type { Options } from '../options.ts'
import type { PersonColumns } from '../person.ts'
import type { Act } from '../save.ts'
import type { Estimate } from './estimate.ts'

/** What was asked for, as it is stored. */
export type Request = {
  readonly condition: Condition
  readonly collection: Collection
  readonly options: Options
  /** Looks back at this instant; without it, at the one of asking. */
  readonly at?: string
  readonly count: number
  readonly identifiers: boolean
}

/** A preview job (spec/audiences §16). While it runs there may be an estimate, and the people are some of those it found. */
export type PreviewJob = {
  readonly id: string
  readonly asked: Request
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED'
  readonly estimate: Estimate | null
  readonly size: number | null
  readonly results: readonly PersonColumns[] | null
  readonly identifiers: Breakdown | null
  readonly failure: string | null
  readonly requestedAt: Date
  readonly expiresAt: Date
}

const columns = sql`id, asked, status, estimate, size, results, identifiers, failure, requested_at as "requestedAt", expires_at as "expiresAt"`

const DAY_MS = 86_400_000
/** How long an answer can be read. */
export const KEPT_MS = DAY_MS
const MONTH_MS = 30 * DAY_MS

const tooMany = (message: string): Refused => new Refused('too_many_previews', message, { status: 429 })

const refuseTooMany = async (tx: Db, { spaceId, now, limits = DEFAULT_LIMITS }: Act, counted: boolean): Promise<void> => {
  const since = new Date(now.getTime() - MONTH_MS)
  const row = await runOne(
    tx,
    query(
      'audience_preview.lately',
      sql<{
        running: number
        month: number
      }>`select count(*) filter (where status = 'RUNNING') as running, count(*) filter (where counted) as month
        from audience_preview where space_id = ${spaceId} and requested_at > ${since}::timestamptz`,
    ),
  )
  const { running = 0, month = 0 } = row ?? {}
  if (limits.previews_at_once !== null && running >= limits.previews_at_once)
    throw tooMany(
      `${running} previews of this space are being computed, which is the limit (previews_at_once in USHER_LIMITS). Wait until one is done, or delete one.`,
    )
  if (counted && limits.previews_a_month !== null && month >= limits.previews_a_month)
    throw tooMany(
      `This space asked for ${month} previews in 30 days, which is its limit (previews_a_month in USHER_LIMITS). Save the audience: its size is always exact.`,
    )
}

/** Whoever computes a job, until its claim lapses. */
export type Claim = { readonly claim: string; readonly until: Date }

/**
 * Writes down that a preview is wanted, for its caller to compute at once. `counted`: it counts for the month. @throws Refused 429 beyond the
 * limits of a month and of previews at once.
 */
export const askPreview = (
  db: Db,
  act: Act,
  {
    id,
    asked,
    counted,
    claim,
  }: { readonly id: string; readonly asked: Request; readonly counted: boolean; readonly claim: Claim },
): Promise<PreviewJob> =>
  transact(db, async (tx) => {
    const { spaceId, by, now } = act
    // Two who ask at once: the second waits here and then sees the first one's job.
    await run(tx, query('audience_preview.wait', sql`select id from space where id = ${spaceId} for no key update`))
    await refuseTooMany(tx, act, counted)
    await run(
      tx,
      query(
        'audience_preview.ask',
        sql`insert into audience_preview (space_id, id, asked, counted, requested_by, requested_at, expires_at, claim, claimed_until)
          values (${spaceId}, ${id}, ${JSON.stringify(asked)}::jsonb, ${counted}, ${by}, ${now}::timestamptz,
            ${new Date(now.getTime() + KEPT_MS)}::timestamptz, ${claim.claim}, ${claim.until}::timestamptz)`,
      ),
    )
    return previewOf(tx, spaceId, id, now)
  })

/** A preview that was asked for. @throws Refused 404 for one that is over. */
export const previewOf = async (db: Db, spaceId: string, id: string, now: Date): Promise<PreviewJob> => {
  const row = await runOne(
    db,
    query(
      'audience_preview.one',
      sql<PreviewJob>`select ${columns} from audience_preview where space_id = ${spaceId} and id = ${id}
        and requested_at > ${new Date(now.getTime() - KEPT_MS)}::timestamptz and asked <> '{}'`,
    ),
  )
  if (!row) throw notFound('preview', id)
  return row
}

/** A job that this process computes. */
export type Held = { readonly spaceId: string; readonly id: string; readonly claim: string }
export type Claimed = Held & { readonly asked: Request; readonly requestedAt: Date; readonly attempts: number }

/** Takes over a job whose claim lapsed, the oldest first. */
export const claimLapsed = async (db: Db, { claim, until }: Claim, now: Date): Promise<Claimed | undefined> => {
  const lapsed = await run(
    db,
    query(
      'audience_preview.lapsed',
      sql<{ spaceId: string; id: string }>`select space_id as "spaceId", id from audience_preview
        where status = 'RUNNING' and claimed_until < ${now}::timestamptz order by claimed_until, space_id, id limit 10`,
    ),
  )
  for (const { spaceId, id } of lapsed) {
    const [taken] = await run(
      db,
      query(
        'audience_preview.claim',
        sql<Claimed>`update audience_preview set claim = ${claim}, claimed_until = ${until}::timestamptz, attempts = attempts + 1
          where space_id = ${spaceId} and id = ${id} and status = 'RUNNING' and claimed_until < ${now}::timestamptz
          returning space_id as "spaceId", id, claim, asked, requested_at as "requestedAt", attempts`,
      ),
    )
    if (taken) return taken
  }
  return undefined
}

/** Says what is known before the exact answer is. */
export const tellEstimate = async (
  db: Db,
  { spaceId, id, claim }: Held,
  told: { readonly estimate: Estimate; readonly people: readonly PersonColumns[] },
): Promise<void> => {
  await run(
    db,
    query(
      'audience_preview.tell',
      sql`update audience_preview set estimate = ${JSON.stringify(told.estimate)}::jsonb, results = ${JSON.stringify(told.people)}::jsonb
        where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING'`,
    ),
  )
}

type End =
  | { readonly size: number; readonly results: readonly PersonColumns[]; readonly identifiers: Breakdown | undefined }
  | { readonly failure: string }

const jsonOrNull = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

/** Ends a job: with its answer, or with what went wrong; an estimate that was told stays. Nothing where the claim is no longer ours. */
export const finishPreview = async (db: Db, { spaceId, id, claim }: Held, end: End, now: Date): Promise<void> => {
  const failed = 'failure' in end
  await run(
    db,
    query(
      'audience_preview.finish',
      sql`update audience_preview set status = ${failed ? 'FAILED' : 'COMPLETED'}, finished_at = ${now}::timestamptz, claim = null, claimed_until = null,
          failure = ${failed ? end.failure : null}, size = ${failed ? null : end.size}::bigint,
          results = case when ${failed}::boolean then results else ${failed ? null : jsonOrNull(end.results)}::jsonb end,
          identifiers = ${failed ? null : jsonOrNull(end.identifiers)}::jsonb
        where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING'`,
    ),
  )
}

// What counts for the month stays as an empty row until that is over.
const forget = async (db: Db, spaceId: string, id: string, now: Date): Promise<void> => {
  const monthAgo = new Date(now.getTime() - MONTH_MS)
  await run(
    db,
    query(
      'audience_preview.forget',
      sql`delete from audience_preview where space_id = ${spaceId} and id = ${id} and (not counted or requested_at <= ${monthAgo}::timestamptz)`,
    ),
  )
  await run(
    db,
    query(
      'audience_preview.empty',
      sql`update audience_preview set status = 'FAILED', asked = '{}'::jsonb, estimate = null, results = null, identifiers = null, size = null,
          failure = null, claim = null, claimed_until = null, expires_at = ${new Date(now.getTime() + MONTH_MS)}::timestamptz
        where space_id = ${spaceId} and id = ${id} and counted and requested_at > ${monthAgo}::timestamptz`,
    ),
  )
}

/** Gives a preview up: it is no longer computed, and no longer there. @throws Refused 404. */
export const dropPreview = async (db: Db, spaceId: string, id: string, now: Date): Promise<void> => {
  await previewOf(db, spaceId, id, now)
  await forget(db, spaceId, id, now)
}

/** The next answers that were kept long enough go; answers whether there were some. */
export const dropOverdue = async (db: Db, now: Date): Promise<boolean> => {
  const over = await run(
    db,
    query(
      'audience_preview.over',
      sql<{ spaceId: string; id: string }>`select space_id as "spaceId", id from audience_preview
        where expires_at <= ${now}::timestamptz order by expires_at, space_id, id limit 50`,
    ),
  )
  for (const { spaceId, id } of over) await forget(db, spaceId, id, now)
  return over.length > 0
}
