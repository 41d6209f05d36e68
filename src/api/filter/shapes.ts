import * as z from 'zod'
import type { EventFilter } from '../../filter/filter.ts'

/* The shapes of event filters on the wire, after Segment's Public API (spec/audiences §4). */

export const Name = z.string().trim().min(1).max(64)
export const Condition = z
  .string()
  .min(1)
  .meta({ description: "FQL of at most 5 KB, for example: type = 'track' and match(event, 'Debug *')" })
export const Call = z
  .record(z.string(), z.json())
  .meta({ description: 'A call as it is sent: {type, userId, event, properties, …}' })

export const Filter = z
  .object({
    id: z.string(),
    integrationId: z
      .string()
      .meta({ description: 'The source whose calls it is asked about; the id of the space for all sources' }),
    name: z.string(),
    description: z.string(),
    if: z.string(),
    drop: z.literal(true),
    enabled: z.boolean(),
    position: z.int().meta({ description: 'Filters of the space are asked before those of a source, and each in this order' }),
    dropped: z.number().meta({ description: 'Calls that it dropped in the last 24 hours' }),
    failed: z.number().meta({ description: 'Those of them that it dropped because it could not decide' }),
    createdBy: z.string(),
    updatedBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'EventFilter' })

export const Asked = z
  .object({
    filterId: z.string().nullable(),
    name: z.string(),
    answer: z.enum(['true', 'false', 'failed']),
    reason: z.string().optional(),
  })
  .meta({ id: 'EventFilterAnswer' })

/** A filter as it is answered. */
export const shown = (filter: EventFilter): z.infer<typeof Filter> => ({
  id: filter.id,
  integrationId: filter.integration_id,
  name: filter.name,
  description: filter.description,
  if: filter.condition,
  drop: true,
  enabled: filter.enabled,
  position: filter.position,
  dropped: Number(filter.dropped),
  failed: Number(filter.failed),
  createdBy: filter.created_by,
  updatedBy: filter.updated_by,
  createdAt: filter.created_at.toISOString(),
  updatedAt: filter.updated_at.toISOString(),
})
