import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { JourneyRefusalRow, RefusalReason } from '../db/rows/journey.ts'
import { NAME } from './runs.ts'

export type RefusalWithName = JourneyRefusalRow & { readonly name: string | null }

/** Who would have entered a journey and was not let in: a page, newest first. */
export const listRefusals = (
  db: Db,
  spaceId: string,
  journeyId: string,
  page: { readonly count: number; readonly after?: { readonly at: Date; readonly id: string } | undefined },
): Promise<readonly RefusalWithName[]> => {
  const { at, id } = page.after ?? { at: null, id: null }
  return run(
    db,
    query(
      'journey_refusal.list',
      sql<RefusalWithName>`select r.*, ${NAME} as name from journey_refusal r
        left join profile p on p.space_id = ${spaceId} and p.id = r.profile_id
        where r.space_id = ${spaceId} and r.journey_id = ${journeyId}
          and (${at}::timestamptz is null or (r.happened_at, r.id) < (${at}::timestamptz, ${id}::uuid))
        order by r.happened_at desc, r.id desc limit ${page.count}`,
    ),
  )
}

const word = (evidence: JsonObject, key: string): string => {
  const value = evidence[key]
  return typeof value === 'string' ? value : ''
}

/** Why somebody was not let in, in one line (spec/journeys §3.2). */
export const refusalSentence = (reason: RefusalReason, evidence: JsonObject): string => {
  const [event, property] = [word(evidence, 'event'), word(evidence, 'property')]
  switch (reason) {
    case 'no_identifier':
      return `Not let in: “${event}” had no “${property}”, by which this journey tells runs apart`
    case 'long_identifier':
      return `Not let in: “${property}” of “${event}” was longer than the 150 characters by which runs are told apart`
    case 'too_many_runs':
      return 'Not let in: as many runs were under way for this person as one person may have, 25 over all journeys'
    case 'suppressed':
      return 'Not let in: this person is suppressed'
  }
}
