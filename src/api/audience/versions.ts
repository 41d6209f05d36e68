import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { ComputedTraitDefinition, Condition } from '../../audience/condition.ts'
import { restore } from '../../audience/save.ts'
import { definitionSentence, sentence } from '../../audience/sentence.ts'
import { definitionOf, type Kind } from '../../audience/store.ts'
import { printCondition, printTrait } from '../../audience/text/condition.ts'
import { type Version, versionOf, versionsOf } from '../../audience/version.ts'
import { differenceOf } from '../../base/difference.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { actOf } from './act.ts'
import { Audience, audienceFrom, ComputedTrait, computedTraitFrom, OneParams } from './wire.ts'

type Noun = 'audiences' | 'computed-traits'
const Count = z.coerce.number().int().min(1).max(2_147_483_647)
const VersionParams = OneParams.extend({ version: Count })

const Answered = z
  .object({
    version: z.number(),
    definition: z.unknown(),
    query: z.string(),
    sentence: z.string(),
    options: z.record(z.string(), z.unknown()),
    savedBy: z.string(),
    savedAt: z.string(),
    restoredFrom: z.number().optional(),
    current: z.boolean(),
  })
  .meta({ id: 'Version' })
const Stretches = z.array(z.object({ change: z.enum(['same', 'removed', 'added']), text: z.string() }))

const Json = z.json().optional()
const OtherOption = z.object({ option: z.string(), from: Json, to: Json })

// The look-back of a computed trait has a name of its own, in a change of it, too.
const optionsOf = (kind: Kind, { backfillEventDataDays: days, ...rest }: Version['options']): Record<string, unknown> => {
  if (days === undefined) return rest
  return kind === 'audience' ? { ...rest, backfillEventDataDays: days } : { ...rest, backfillDurationDays: days }
}

type Options = z.infer<typeof Answered>['options']
const otherOptions = (from: Options, to: Options) =>
  [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((option) => !isDeepStrictEqual(from[option], to[option]))
    .map((option) => OtherOption.parse({ option, from: from[option], to: to[option] }))

const wordsOf = (
  kind: Kind,
  { definition }: Pick<Version, 'definition'>,
): { readonly query: string; readonly sentence: string } => {
  if (kind === 'audience') {
    const condition = definition as unknown as Condition
    return { query: printCondition(condition), sentence: sentence(condition) }
  }
  const trait = definition as unknown as ComputedTraitDefinition
  return { query: printTrait(trait), sentence: definitionSentence(trait) }
}

const answered = (kind: Kind, version: Version, current: number): z.infer<typeof Answered> => ({
  version: version.version,
  definition: version.definition,
  ...wordsOf(kind, version),
  options: optionsOf(kind, version.options),
  savedBy: version.savedBy,
  savedAt: version.savedAt.toISOString(),
  ...(version.restoredFrom === null ? {} : { restoredFrom: version.restoredFrom }),
  current: version.version === current,
})

const reading = (app: App, { db }: Door, kind: Kind, noun: Noun): void => {
  const tags = [kind.replace('_', ' ')]
  app.get(
    `/spaces/:space/${noun}/:id/versions`,
    {
      schema: {
        tags,
        summary: 'Every version of the definition, newest first',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ versions: z.array(Answered) }) }) },
      },
    },
    async ({ caller: { spaceId }, params }) => {
      const row = await definitionOf(db, kind, spaceId, params.id)
      const versions = await versionsOf(db, spaceId, row.id)
      return { data: { versions: versions.map((each) => answered(kind, each, row.version)) } }
    },
  )
  app.get(
    `/spaces/:space/${noun}/:id/versions/compare`,
    {
      schema: {
        tags,
        summary: 'Two versions, and the words and options in which they differ',
        params: OneParams,
        querystring: z.object({ from: Count, to: Count }),
        response: {
          200: z.object({
            data: z.object({
              from: Answered,
              to: Answered,
              difference: z.object({ query: Stretches, sentence: Stretches, options: z.array(OtherOption) }),
            }),
          }),
        },
      },
    },
    async ({ caller: { spaceId }, params, query }) => {
      const row = await definitionOf(db, kind, spaceId, params.id)
      const [from, to] = (await Promise.all(
        [query.from, query.to].map(async (each) => answered(kind, await versionOf(db, spaceId, row.id, each), row.version)),
      )) as [z.infer<typeof Answered>, z.infer<typeof Answered>]
      const difference = {
        query: [...differenceOf(from.query, to.query)],
        sentence: [...differenceOf(from.sentence, to.sentence)],
        options: otherOptions(from.options, to.options),
      }
      return { data: { from, to, difference } }
    },
  )
}

/** `…/versions` of audiences and computed traits: list, compare, restore. */
export const versionRoutes = (app: App, door: Door, kind: Kind, noun: Noun): void => {
  reading(app, door, kind, noun)
  const answer = kind === 'audience' ? z.object({ audience: Audience }) : z.object({ computedTrait: ComputedTrait })
  app.post(
    `/spaces/:space/${noun}/:id/versions/:version/restores`,
    {
      schema: {
        tags: [kind.replace('_', ' ')],
        summary: 'Bring a version back, as a new one',
        params: VersionParams,
        response: { 200: z.object({ data: answer }) },
      },
    },
    async ({ caller, params }) => {
      const { spaceId } = caller
      const row = await restore(door.db, kind, actOf(door, caller), params.id, params.version)
      door.notify('profile_change')
      const data =
        kind === 'audience'
          ? { audience: audienceFrom(spaceId, row, undefined) }
          : { computedTrait: computedTraitFrom(spaceId, row) }
      return { data } as never
    },
  )
}
