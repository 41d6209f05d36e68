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

const Days = z.int().min(1).max(36_500).optional()

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
      filterByExternalIds: z.array(z.string().min(1)).min(1).max(50).optional(),
      includeHistoricalData: z.boolean().optional(),
      backfillEventDataDays: Days,
      backfillDurationDays: Days,
      includeAnonymousUsers: z.boolean().optional(),
      computeWithoutDestinations: z.boolean().optional(),
      recompute: z.strictObject({ every: Duration }).optional(),
      honourGroupId: z.boolean().optional(),
    })
    .default({}),
})
export type Written = z.infer<typeof Written>

// The look-back of a computed trait has a name of its own, and only it may be about people who are not known (spec/audiences §7.4).
const OF_THE_OTHER: Readonly<Record<Kind, readonly (keyof Written['options'])[]>> = {
  audience: ['backfillDurationDays', 'includeAnonymousUsers'],
  computed_trait: ['backfillEventDataDays'],
}

/** The shape of a file of a kind: with those options only that the kind has. */
export const writtenAs = (kind: Kind) =>
  Written.superRefine(({ options, audienceType }, { addIssue }) => {
    const unknown = OF_THE_OTHER[kind].filter((name) => options[name] !== undefined)
    if (unknown.length > 0) addIssue({ code: 'unrecognized_keys', keys: unknown, path: ['options'], input: options })
    if (options.recompute && audienceType === 'USERS')
      addIssue({ code: 'custom', path: ['options', 'recompute'], message: 'is for accounts: people are always exact' })
    if (options.honourGroupId && audienceType === 'USERS')
      addIssue({
        code: 'custom',
        path: ['options', 'honourGroupId'],
        message: "is for accounts: a person's events are theirs in every group",
      })
  })

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

/** The file of a definition in the folder. */
export const fileOf = ({ kind, key }: Pick<Definition, 'kind' | 'key'>): string => `${KINDS[kind].folder}/${key}.yaml`

/** How a kind and a key are written to people. */
export const labelOf = ({ kind, key }: Pick<Definition, 'kind' | 'key'>): string => `${KINDS[kind].noun} ${key}`
