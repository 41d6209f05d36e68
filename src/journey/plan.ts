import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { JourneyDefinition } from './definition.ts'

/** One publication of a journey, as those who walk it need it. */
export type Plan = {
  readonly spaceId: string
  readonly journeyId: string
  readonly version: number
  readonly definition: JourneyDefinition
}

/** The definition of one version. It never changes, so any time is the right time to read it. @throws Refused 404. */
export const definitionOf = async (db: Db, spaceId: string, journeyId: string, version: number): Promise<JourneyDefinition> => {
  const row = await runOne(
    db,
    query(
      'journey_version.definition',
      sql<{ definition: JourneyDefinition }>`select definition from journey_version
        where space_id = ${spaceId} and journey_id = ${journeyId} and version = ${version}`,
    ),
  )
  if (!row) throw notFound(`version ${version} of journey`, journeyId)
  return row.definition
}

/**
 * A version in which runs move, when it was published, and since when one may enter by it; undefined where it is paused or superseded
 * (spec/journeys §5.1).
 */
export type CurrentPlan = Plan & { readonly publishedAt: Date; readonly openSince: Date | undefined }

type CurrentRow = {
  journey_id: string
  version: number
  published_at: Date
  open: boolean
  entries_from: Date | null
  definition: JourneyDefinition
}

/** Every version in which runs move. */
export const currentPlans = async (db: Db, spaceId: string): Promise<readonly CurrentPlan[]> => {
  const rows = await run(
    db,
    query(
      'journey_version.current',
      sql<CurrentRow>`select v.journey_id, v.version, v.definition, v.published_at, j.status = 'live' and v.status = 'live' as open, j.entries_from
        from journey j join journey_version v on v.space_id = ${spaceId} and v.journey_id = j.id
        where j.space_id = ${spaceId} and j.status in ('live', 'paused') and j.deleted_at is null and v.status in ('live', 'draining')
        order by v.journey_id, v.version`,
    ),
  )
  return rows.map(({ journey_id: journeyId, version, definition, published_at: publishedAt, open, entries_from }) => ({
    spaceId,
    journeyId,
    version,
    definition,
    publishedAt,
    openSince: open ? (entries_from ?? new Date(0)) : undefined,
  }))
}
