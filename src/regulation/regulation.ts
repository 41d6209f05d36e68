import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { addToOutbox } from '../db/outbox.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { RegulationRow, RegulationSubjectRow, RegulationType } from '../db/rows/regulation.ts'
import { spelled } from '../ingest/identifiers.ts'
import { type Identifier, identifier } from '../profile/identifier.ts'
import { identifierHash, liftSuppressions, type Suppressing, suppressIdentifiers } from '../profile/suppressed.ts'
import { knownAs, profilesOf, textOf } from './people.ts'

type Does = { readonly suppresses: boolean; readonly erases: boolean; readonly tells: boolean }
/**
 * What each type does: whether calls of the person are refused from now on, whether what is stored is erased, and whether destinations that know
 * of the person are told to take her off (spec/messaging §10.1).
 */
export const REGULATIONS: Readonly<Record<RegulationType, Does>> = {
  SUPPRESS_ONLY: { suppresses: true, erases: false, tells: false },
  UNSUPPRESS: { suppresses: false, erases: false, tells: false },
  SUPPRESS_WITH_DELETE: { suppresses: true, erases: true, tells: true },
  DELETE_ONLY: { suppresses: false, erases: true, tells: true },
  SUPPRESS_WITH_DELETE_INTERNAL: { suppresses: true, erases: true, tells: false },
  DELETE_INTERNAL: { suppresses: false, erases: true, tells: false },
}
export const MOST_SUBJECTS = 5_000
const MOST_A_MONTH = 110_000

export type Request = {
  readonly type: RegulationType
  readonly subjectType: string
  readonly subjectIds: readonly string[]
  readonly by: string
}
type At = { readonly id: string; readonly now: Date }
type Subject = Identifier & { readonly hash: string }

const TYPE = /^[a-z0-9][a-z0-9_.$-]*$/

const subjectsOf = (db: Db, spaceId: string, { subjectType, subjectIds }: Request): readonly Subject[] => {
  const type = subjectType.toLowerCase()
  if (!TYPE.test(type) || type === 'object_id')
    throw new Invalid('invalid', [
      {
        field: 'subjectType',
        message: `"${subjectType}" names no person`,
        remedy: 'Write USER_ID, EMAIL, PHONE, ANONYMOUS_ID or a type of identifier of yours.',
      },
    ])
  const subjects = subjectIds.map((value, place) => {
    const found = identifier(type, spelled(type, value))
    if (found) return { ...found, hash: identifierHash(db, spaceId, found) }
    throw new Invalid('invalid', [{ field: `subjectIds.${place}`, message: 'is no text of 1 to 500 characters' }])
  })
  return [...new Map(subjects.map((subject) => [subject.hash, subject])).values()].toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
}

const askedThisMonth = async (db: Db, spaceId: string, now: Date): Promise<number> => {
  const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))
  const row = await runOne(
    db,
    query(
      'regulation.asked_since',
      sql<{ count: number }>`select coalesce(sum(subject_count), 0)::integer as count from regulation
        where space_id = ${spaceId} and created_at >= ${since}::timestamptz and type <> 'UNSUPPRESS'`,
    ),
  )
  return row?.count ?? 0
}

const insert = async (
  tx: Db,
  spaceId: string,
  request: Request,
  subjects: readonly Subject[],
  { id, now }: At,
): Promise<void> => {
  const { erases } = REGULATIONS[request.type]
  await run(
    tx,
    query(
      'regulation.insert',
      sql`insert into regulation (space_id, id, type, status, subject_count, requested_by, created_at, finished_at, due_at)
        values (${spaceId}, ${id}, ${request.type}, ${erases ? 'INITIALIZED' : 'FINISHED'}, ${subjects.length}::integer, ${request.by}, ${now}::timestamptz,
          ${erases ? null : now}::timestamptz, ${erases ? now : null}::timestamptz)`,
    ),
  )
  if (!erases) return
  await run(
    tx,
    query(
      'regulation_subject.insert',
      sql`insert into regulation_subject (space_id, regulation_id, hash, type, value, status)
        select ${spaceId}, ${id}, r.hash, r.type, r.value, 'INITIALIZED'
        from unnest(${subjects.map((s) => s.hash)}::text[], ${subjects.map((s) => s.type)}::text[], ${subjects.map((s) => s.value)}::text[]) as r (hash, type, value)
        order by r.hash`,
    ),
  )
}

// All that the person is known by now, so that she does not come in under another of her names, and is free again as a whole.
const suppressing = async (tx: Db, spaceId: string, subjects: readonly Subject[]): Promise<readonly Suppressing[]> => {
  const known = await knownAs(tx, spaceId, subjects)
  const others = subjects.flatMap((subject) =>
    (known.get(textOf(subject)) ?? []).map((id) => ({ ...id, root: subject.hash, keepValue: true })),
  )
  return [...subjects.map(({ type, value, hash }) => ({ type, value, root: hash, keepValue: true })), ...others]
}

const suppress = async (tx: Db, spaceId: string, subjects: readonly Subject[], by: string, { id, now }: At): Promise<void> => {
  await suppressIdentifiers(tx, spaceId, await suppressing(tx, spaceId, subjects), { by, now })
  const people = [...new Set((await profilesOf(tx, spaceId, subjects)).values())]
  const entries = people.map((profileId) => ({
    profileId,
    id: idFrom(spaceId, 'suppressed', id, profileId),
    topic: 'suppressed',
    payload: {},
  }))
  await addToOutbox(tx, spaceId, now, entries)
}

/**
 * Asks for people to be suppressed, erased, or both, or to be free again. Suppression and its end hold when this returns; a worker erases, and ends the journeys of who is suppressed.
 * @throws Invalid for what names nobody. @throws Refused 429 beyond 110,000 people in a calendar month.
 */
export const regulate = async (db: Db, spaceId: string, request: Request, at: At): Promise<void> => {
  const subjects = subjectsOf(db, spaceId, request)
  const { type, by } = request
  if (type !== 'UNSUPPRESS' && (await askedThisMonth(db, spaceId, at.now)) + subjects.length > MOST_A_MONTH)
    throw new Refused('too_many_regulations', `At most ${MOST_A_MONTH} people can be suppressed or erased in a calendar month.`, {
      status: 429,
    })
  await transact(db, async (tx) => {
    await insert(tx, spaceId, request, subjects, at)
    if (REGULATIONS[type].suppresses) await suppress(tx, spaceId, subjects, by, at)
    if (type === 'UNSUPPRESS')
      await liftSuppressions(
        tx,
        spaceId,
        subjects.map(({ hash }) => hash),
      )
  })
}

export type Page = { readonly count: number; readonly after?: { readonly at: Date; readonly id: string } | undefined }
const KEPT_DAYS = 90

/** A page of the requests of the last 90 days, newest first. */
export const listRegulations = (
  db: Db,
  spaceId: string,
  { count, after }: Page,
  now: Date,
): Promise<readonly RegulationRow[]> => {
  const { at, id } = after ?? { at: null, id: null }
  const since = new Date(now.getTime() - KEPT_DAYS * 86_400_000)
  return run(
    db,
    query(
      'regulation.list',
      sql<RegulationRow>`select * from regulation where space_id = ${spaceId} and created_at > ${since}::timestamptz
        and (${at}::timestamptz is null or (created_at, id) < (${at}::timestamptz, ${id}::text))
        order by created_at desc, id desc limit ${count}`,
    ),
  )
}

export type SubjectCount = Pick<RegulationSubjectRow, 'status'> & { readonly count: number }

/** A request and how many of its people are how far. @throws Refused 404. */
export const readRegulation = async (
  db: Db,
  spaceId: string,
  id: string,
): Promise<{ readonly regulation: RegulationRow; readonly subjects: readonly SubjectCount[] }> => {
  const regulation = await runOne(
    db,
    query('regulation.one', sql<RegulationRow>`select * from regulation where space_id = ${spaceId} and id = ${id}`),
  )
  if (!regulation) throw notFound('regulation', id)
  const subjects = await run(
    db,
    query(
      'regulation_subject.counts',
      sql<SubjectCount>`select status, count(*)::integer as count from regulation_subject
        where space_id = ${spaceId} and regulation_id = ${id} group by status order by status`,
    ),
  )
  return { regulation, subjects }
}
