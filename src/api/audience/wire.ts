import * as z from 'zod'
import { ComputedTraitDefinition, Condition } from '../../audience/condition.ts'
import type { EvaluationEntry, Moved } from '../../audience/members.ts'
import { modeOf } from '../../audience/mode.ts'
import { historyOf, type Options as StoredOptions } from '../../audience/options.ts'
import { progressOf } from '../../audience/progress.ts'
import { definitionSentence, sentence } from '../../audience/sentence.ts'
import type { Definition } from '../../audience/store.ts'
import { printCondition, printTrait } from '../../audience/text/condition.ts'
import { LONGEST_QUERY } from '../../audience/text/reader.ts'
import { Duration } from '../../base/duration.ts'
import { Invalid } from '../../base/errors.ts'
import type { Collection } from '../../profile/identifier.ts'

/* The shapes of audiences and computed traits on the wire, after Segment's Public API (spec/audiences §24). */

export const Options = z.strictObject({
  filterByExternalIds: z
    .array(z.string().min(1))
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'Identifier types of which a profile must own one' }),
  includeHistoricalData: z
    .boolean()
    .optional()
    .meta({ description: 'Whether events from before the creation count; true by default, and always for a batch definition' }),
  backfillEventDataDays: z
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .meta({ description: 'Only events from at most so many days before the creation count; without it all that there are' }),
  computeWithoutDestinations: z
    .boolean()
    .optional()
    .meta({ description: 'Whether it is computed while no destination is connected to it; true by default' }),
  recompute: z
    .strictObject({ every: Duration.default('8 hours') })
    .optional()
    .meta({ description: 'Of accounts: computed in full this often and not in between; without it they are exact at once' }),
  honourGroupId: z
    .boolean()
    .optional()
    .meta({ description: 'Of accounts: an event whose `context.groupId` names another group does not count for the account' }),
})

/** Options of a computed trait: its look-back has a name of its own (spec/audiences §7.4). */
export const TraitOptions = Options.omit({ backfillEventDataDays: true }).extend({
  backfillDurationDays: Options.shape.backfillEventDataDays,
  includeAnonymousUsers: z
    .boolean()
    .optional()
    .meta({ description: 'Whether profiles that have only an anonymous id are computed, too; false by default' }),
})

// In a change null takes an option back; what is not sent stays as it is.
export const PatchedOptions = z.strictObject({
  filterByExternalIds: Options.shape.filterByExternalIds.nullable(),
  includeHistoricalData: Options.shape.includeHistoricalData.nullable(),
  backfillEventDataDays: Options.shape.backfillEventDataDays.nullable(),
  computeWithoutDestinations: Options.shape.computeWithoutDestinations.nullable(),
  recompute: Options.shape.recompute.nullable(),
  honourGroupId: Options.shape.honourGroupId.nullable(),
})
export const PatchedTraitOptions = PatchedOptions.omit({ backfillEventDataDays: true }).extend({
  backfillDurationDays: TraitOptions.shape.backfillDurationDays.nullable(),
  includeAnonymousUsers: TraitOptions.shape.includeAnonymousUsers.nullable(),
})

/** Changed options as they are stored: what is taken back is there, and undefined. */
export const changedOptions = (options: z.infer<typeof PatchedOptions> | z.infer<typeof PatchedTraitOptions>): StoredOptions =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name === 'backfillDurationDays' ? 'backfillEventDataDays' : name,
      value ?? undefined,
    ]),
  )

/** Options of a computed trait as they are stored. */
export const storedOptions = ({ backfillDurationDays, ...rest }: z.infer<typeof TraitOptions>): StoredOptions =>
  backfillDurationDays === undefined ? rest : { ...rest, backfillEventDataDays: backfillDurationDays }

const Computing = z
  .object({
    cause: z.enum(['new', 'edit', 'check']),
    phase: z.enum(['waiting', 'computing', 'switching']),
    percent: z.number(),
    since: z.string(),
    askedBy: z.string(),
    steps: z.number(),
    done: z.number(),
    attempt: z.number(),
    place: z.number().optional(),
    ahead: z.number().optional(),
  })
  .meta({
    id: 'Computing',
    description: 'The full computation that waits or is at work: how far it is, or its place in the queue',
  })

const History = z
  .object({ includeHistoricalData: z.boolean(), backfillEventDataDays: z.number().optional() })
  .meta({ description: 'How much of the past counts, as it is applied; no number where an event counts whatever its age' })

/** Whom a definition is about, as Segment writes it. */
export const AudienceType = z.enum(['USERS', 'ACCOUNTS']).meta({ description: 'Whom it is about; never changes' })
export type AudienceType = z.infer<typeof AudienceType>

export const typeOf = (collection: Collection): AudienceType => (collection === 'accounts' ? 'ACCOUNTS' : 'USERS')

/** Whom a definition is about; where it is said twice, or was said before, it must be the same. @throws Invalid otherwise. */
export const collectionFrom = (...said: readonly (AudienceType | undefined)[]): Collection => {
  const [first = 'USERS', ...others] = said.filter((type) => type !== undefined)
  if (others.some((type) => type !== first))
    throw new Invalid('audience_type', [
      {
        field: 'definition.type',
        message: `says another than ${first}`,
        remedy: 'whom it is about is said once, and never changes',
      },
    ])
  return first === 'ACCOUNTS' ? 'accounts' : 'users'
}

const common = {
  id: z.string(),
  spaceId: z.string(),
  name: z.string(),
  key: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  sentence: z.string(),
  history: History,
  status: z.string().meta({
    description:
      'Preparing, Computing, Live, Locked (an edit waits), Backfilling (an edit is computed), Error (tried again), Failed (given up), Not Computing, Awaiting Destinations, Disabled',
  }),
  computation: Computing.optional(),
  reason: z.string().optional(),
  version: z.number(),
  folderId: z.string().optional(),
  createdBy: z.string(),
  updatedBy: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  evaluatedAt: z.string().optional(),
}

const Query = z.string().max(LONGEST_QUERY)

/** A definition says its condition as JSON or as a query; both are answered. */
export const AudienceDefinition = z
  .strictObject({
    condition: Condition.optional(),
    query: Query.optional().meta({
      description:
        "The condition in Segment's query language, in place of `condition`: event('Order Completed').within(30 days).count() >= 2 AND NOT trait('lapsed') = true",
    }),
    type: AudienceType.optional(),
  })
  .refine(({ condition, query }) => condition !== undefined || query !== undefined, 'send a `condition` or a `query`')
  .meta({ description: 'Who is in: a `condition`, or the same as a `query`. When both are sent they must say the same.' })

export const TraitDefinition = ComputedTraitDefinition.partial()
  .extend({
    query: Query.optional().meta({
      description:
        "The definition in Segment's query language, in place of `event` and `measure`: event('Order Completed').within(30 days).sum(property('revenue'))",
    }),
    type: AudienceType.optional(),
  })
  .refine(({ event, measure, query }) => (event && measure) || query !== undefined, 'send `event` and `measure`, or a `query`')
  .meta({
    description: 'What is computed: `event` and `measure`, or the same as a `query`. When both are sent they must say the same.',
  })

const AnsweredQuery = z.string().meta({ description: "The same in Segment's query language" })
/** The definition of an audience as it is answered. */
export const AnsweredDefinition = z.object({ condition: z.unknown(), query: AnsweredQuery, type: AudienceType })

export const answeredDefinition = (condition: Condition, collection: Collection): z.infer<typeof AnsweredDefinition> => ({
  condition,
  query: printCondition(condition),
  type: typeOf(collection),
})

/** Real-time or batch, and what in the definition makes it batch (spec/audiences §15.1). */
const Cadence = z.object({ type: z.enum(['REALTIME', 'BATCH']), because: z.array(z.string()) })
const cadenceOf = (definition: unknown, about: AudienceType): z.infer<typeof Cadence> => {
  const { type, because } = modeOf(definition, about)
  return { type, because: [...because] }
}

export const Audience = z
  .object({
    ...common,
    options: Options,
    definition: AnsweredDefinition,
    audienceType: AudienceType,
    computeCadence: Cadence,
    size: z.object({ count: z.number(), uniqueCount: z.number(), type: AudienceType }),
    changes24h: z.object({ entered: z.number(), exited: z.number() }),
  })
  .meta({ id: 'Audience' })

export const ComputedTrait = z
  .object({
    ...common,
    options: TraitOptions,
    definition: z.looseObject({ event: z.unknown(), measure: z.unknown(), query: AnsweredQuery, type: AudienceType }),
    computeCadence: Cadence,
  })
  .meta({ id: 'ComputedTrait' })

export const Name = z.string().max(255).regex(/\S/, 'is blank: write what people shall read')
const saved = {
  name: Name,
  description: z.string().max(2_000).optional(),
  enabled: z.boolean().optional(),
  options: Options.optional(),
}
export const Key = z.string().regex(/^[a-z0-9_]{1,255}$/, 'a key is 1 to 255 of a-z, 0-9 and _')

export const NewAudience = z.strictObject({
  ...saved,
  key: Key.optional(),
  definition: AudienceDefinition,
  audienceType: AudienceType.optional(),
})
const EditedVersion = z.int().min(1).optional().meta({
  description:
    'The version that was edited: refused with 409 when another is in force meanwhile. Without it the last one to save wins',
})
export const AudiencePatch = z.strictObject({
  ...saved,
  version: EditedVersion,
  name: saved.name.optional(),
  definition: AudienceDefinition.optional(),
  options: PatchedOptions.optional().meta({ description: 'Only what is sent changes; null takes an option back' }),
})
export const NewComputedTrait = z.strictObject({
  ...saved,
  options: TraitOptions.optional(),
  key: Key.optional(),
  definition: TraitDefinition,
})
export const ComputedTraitPatch = z.strictObject({
  ...saved,
  version: EditedVersion,
  options: PatchedTraitOptions.optional().meta({ description: 'Only what is sent changes; null takes an option back' }),
  name: saved.name.optional(),
  definition: TraitDefinition.optional(),
})

const computingOf = (row: Definition): { computation?: z.infer<typeof Computing> } => {
  const progress = progressOf(row)
  return progress ? { computation: progress } : {}
}

const commonOf = (spaceId: string, row: Definition) => ({
  id: row.id,
  spaceId,
  name: row.name,
  key: row.key,
  description: row.description,
  enabled: row.enabled,
  status: row.status,
  ...(row.reason === null ? {} : { reason: row.reason }),
  version: row.version,
  ...(row.folderId === null ? {} : { folderId: row.folderId }),
  ...computingOf(row),
  createdBy: row.createdBy,
  updatedBy: row.updatedBy,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  ...(row.evaluatedAt === null ? {} : { evaluatedAt: row.evaluatedAt.toISOString() }),
})

export const audienceFrom = (spaceId: string, row: Definition, moved: Moved | undefined): z.infer<typeof Audience> => {
  const condition = row.definition as unknown as Condition
  return {
    ...commonOf(spaceId, row),
    definition: answeredDefinition(condition, row.collection),
    sentence: sentence(condition),
    audienceType: typeOf(row.collection),
    options: optionsFrom(condition, row.options, typeOf(row.collection)) as z.infer<typeof Options>,
    history: historyOf(condition, row.options, typeOf(row.collection)),
    computeCadence: cadenceOf(condition, typeOf(row.collection)),
    size: { count: row.count, uniqueCount: row.count, type: typeOf(row.collection) },
    changes24h: { entered: moved?.entered ?? 0, exited: moved?.exited ?? 0 },
  }
}

// As asked for, so that sending it back changes nothing; history that is needed is there whatever was asked for (CMP-06).
const optionsFrom = (definition: unknown, asked: StoredOptions, about: AudienceType): StoredOptions => {
  const { includeHistoricalData } = historyOf(definition, asked, about)
  return asked.includeHistoricalData === undefined ? asked : { ...asked, includeHistoricalData }
}

const traitOptionsFrom = (
  definition: ComputedTraitDefinition,
  asked: StoredOptions,
  about: AudienceType,
): z.infer<typeof TraitOptions> => {
  const { backfillEventDataDays: days, ...rest } = optionsFrom(definition, asked, about)
  return { ...(rest as z.infer<typeof TraitOptions>), ...(days === undefined ? {} : { backfillDurationDays: days }) }
}

export const computedTraitFrom = (spaceId: string, row: Definition): z.infer<typeof ComputedTrait> => {
  const definition = row.definition as unknown as ComputedTraitDefinition
  return {
    ...commonOf(spaceId, row),
    options: traitOptionsFrom(definition, row.options, typeOf(row.collection)),
    history: historyOf(definition, row.options, typeOf(row.collection)),
    computeCadence: cadenceOf(definition, typeOf(row.collection)),
    definition: { ...definition, query: printTrait(definition), type: typeOf(row.collection) },
    sentence: definitionSentence(definition),
  }
}

/** In what a search of definitions looks: the query text and the sentence. */
export const audienceWords = (row: Definition): readonly string[] => {
  const condition = row.definition as unknown as Condition
  return [printCondition(condition), sentence(condition)]
}

export const traitWords = (row: Definition): readonly string[] => {
  const definition = row.definition as unknown as ComputedTraitDefinition
  return [printTrait(definition), definitionSentence(definition)]
}

export const SpaceParams = z.object({ space: z.string() })
export const OneParams = z.object({ space: z.string(), id: z.string().min(1).max(255) })
export const Deleted = z.object({ data: z.object({ status: z.literal('SUCCESS') }) })

export const Evaluation = z.object({
  mode: z.string(),
  evaluatedAt: z.string(),
  durationMs: z.number(),
  entered: z.number(),
  exited: z.number(),
  drift: z.number().nullable(),
  error: z.string().nullable(),
})

export const evaluationFrom = (row: EvaluationEntry): z.infer<typeof Evaluation> => ({
  ...row,
  evaluatedAt: row.evaluatedAt.toISOString(),
})
