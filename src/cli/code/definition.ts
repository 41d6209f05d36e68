import * as z from 'zod'
import { Duration } from '../../base/duration.ts'
import type { JsonObject } from '../../base/json.ts'

/** What can be written as files: the folder of each, its routes, and what answers call it. */
export const KINDS = {
  computed_trait: {
    folder: 'computed-traits',
    path: '/computed-traits',
    one: 'computedTrait',
    many: 'computedTraits',
    noun: 'computed trait',
  },
  audience: { folder: 'audiences', path: '/audiences', one: 'audience', many: 'audiences', noun: 'audience' },
} as const
export type Kind = keyof typeof KINDS

/** A definition as a file says it. The key is the file's name; the query is Segment's query language. */
export const Written = z.strictObject({
  name: z.string().min(1).max(255),
  description: z.string().max(2_000).default(''),
  enabled: z.boolean().default(true),
  /** Whom it is about, where it is about accounts. */
  audienceType: z.enum(['USERS', 'ACCOUNTS']).default('USERS'),
  query: z.string().min(1),
  options: z
    .strictObject({
      filterByExternalIds: z.array(z.string()).optional(),
      includeHistoricalData: z.boolean().optional(),
      backfillEventDataDays: z.number().int().optional(),
      backfillDurationDays: z.number().int().optional(),
      includeAnonymousUsers: z.boolean().optional(),
      computeWithoutDestinations: z.boolean().optional(),
      recompute: z.strictObject({ every: Duration }).optional(),
      honourGroupId: z.boolean().optional(),
    })
    .default({}),
})
export type Written = z.infer<typeof Written>

/** A definition with its kind and key. */
export type Definition = Written & { readonly kind: Kind; readonly key: string }

const Answered = z.object({
  key: z.string(),
  name: z.string(),
  description: z.string().default(''),
  enabled: z.boolean(),
  definition: z.object({ query: z.string(), type: Written.shape.audienceType }),
  options: Written.shape.options.catch({}),
})

const OPTIONS = Object.keys(Written.shape.options.unwrap().shape)

const optionsOf = (row: JsonObject): JsonObject => {
  const { options } = row
  const entries = Object.entries((options ?? {}) as JsonObject).filter(([name]) => OPTIONS.includes(name))
  return Object.fromEntries(entries)
}

/** A definition as the API answers it, as a file would say it. */
export const definitionFrom = (kind: Kind, row: JsonObject): Definition => {
  const { definition, ...rest } = Answered.parse({ ...row, options: optionsOf(row) })
  return { ...rest, kind, audienceType: definition.type, query: definition.query }
}

/** How a kind and a key are written to people. */
export const labelOf = ({ kind, key }: Pick<Definition, 'kind' | 'key'>): string => `${KINDS[kind].noun} ${key}`
