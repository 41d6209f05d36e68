import * as z from 'zod'
import { JourneyDefinition } from '../../journey/definition.ts'
import type { JourneyWithLive } from '../../journey/journeys.ts'
import { journeySentences, type Names } from '../../journey/sentences.ts'
import { type JourneyStats, NO_RUNS } from '../../journey/statistics.ts'

export const Params = z.object({ space: z.string() })
export const JourneyParams = Params.extend({ id: z.string().describe('id or key') })
export const Page = z.object({ count: z.coerce.number().int().min(1).max(200).default(20), cursor: z.string().optional() })
export const Pagination = z.object({ current: z.string(), next: z.string().optional(), totalEntries: z.number().optional() })
export const Problem = z.object({ field: z.string(), message: z.string(), remedy: z.string().optional() })

export const Journey = z.object({
  id: z.string(),
  spaceId: z.string(),
  name: z.string(),
  key: z.string(),
  description: z.string(),
  status: z.enum(['draft', 'live', 'paused', 'archived']),
  draft: JourneyDefinition.optional().describe('what the next version will be, where it differs from what is live'),
  liveVersion: z.number().optional(),
  definition: JourneyDefinition.describe('the live version, else the draft'),
  sentences: z.array(z.string()),
  stats: z.object({
    active: z.number(),
    held: z.number(),
    completed: z.number(),
    exited: z.number(),
    entered24h: z.number(),
  }),
  createdBy: z.string(),
  updatedBy: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export const OneJourney = z.object({ data: z.object({ journey: Journey }) })

/** A stored definition: it was checked when it was saved, and what has a default by now gets it. */
export const definitionIn = (row: JourneyWithLive): JourneyDefinition => JourneyDefinition.parse(row.live_definition ?? row.draft)

/** A journey as it goes over the wire. */
export const wireJourney = (row: JourneyWithLive, stats: JourneyStats | undefined, names: Names): z.infer<typeof Journey> => {
  const definition = definitionIn(row)
  return {
    id: row.id,
    spaceId: row.space_id,
    name: row.name,
    key: row.key,
    description: row.description,
    status: row.status,
    ...(row.draft === null ? {} : { draft: JourneyDefinition.parse(row.draft) }),
    ...(row.live_version === null ? {} : { liveVersion: row.live_version }),
    definition,
    sentences: [...journeySentences(definition, names)],
    stats: stats ?? NO_RUNS,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}
