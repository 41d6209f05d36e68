import * as z from 'zod'
import type { TransformationRow } from '../../db/rows/transformation.ts'
import { conditionOf } from '../../transformation/condition.ts'
import { ALGORITHMS, Definition, ENCODINGS } from '../../transformation/definition.ts'

/* Transformations on the wire, after Segment's Public API (spec/connections §1.7). */

export const Transformation = Definition.extend({
  id: z.string(),
  name: z.string(),
  sourceId: z.string(),
  destinationMetadataId: z.string().optional(),
  enabled: z.boolean(),
  if: z.string(),
  hashPropertiesConfiguration: z
    .object({
      algorithm: z.enum(ALGORITHMS),
      encoding: z.enum(ENCODINGS),
      paths: z.array(z.string()),
      keyed: z.boolean().meta({ description: 'Whether there is a key; it is never shown' }),
    })
    .optional(),
  createdBy: z.string(),
  updatedBy: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
}).meta({ id: 'Transformation' })

export const shown = (row: TransformationRow): z.infer<typeof Transformation> => {
  const { hashPropertiesConfiguration: hashing, ...definition } = Definition.parse(row.definition)
  return {
    ...definition,
    ...(hashing
      ? {
          hashPropertiesConfiguration: {
            algorithm: hashing.algorithm,
            encoding: hashing.encoding,
            paths: hashing.paths,
            keyed: hashing.key !== undefined,
          },
        }
      : {}),
    id: row.id,
    name: row.name,
    sourceId: row.source_id,
    ...(row.destination === '' ? {} : { destinationMetadataId: row.destination }),
    enabled: row.enabled,
    if: conditionOf(row),
    createdBy: row.created_by,
    updatedBy: row.updated_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}
