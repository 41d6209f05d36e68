import * as z from 'zod'
import type { Condition } from '../../audience/condition.ts'
import { type Breakdown, identifiersOf, type Overlap, overlapOf, overlapWith } from '../../audience/insight.ts'
import { sentence } from '../../audience/sentence.ts'
import { type Definition, definitionOf } from '../../audience/store.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { conditionFrom, pointing } from './query.ts'
import { AudienceDefinition, AudienceType, collectionFrom, OneParams, Options } from './wire.ts'

const tags = ['audience']

/** A part of a whole in percent, to one decimal; 0 of nothing. */
const percentOf = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((1_000 * part) / whole) / 10)

const Side = z.object({
  id: z.string().optional().meta({ description: 'Absent of a condition that is not saved' }),
  key: z.string().optional(),
  name: z.string().optional(),
  sentence: z.string(),
  count: z.number(),
  percentShared: z.number().meta({ description: 'Of these, in percent, so many are in the other as well' }),
})
const AnsweredOverlap = z
  .object({ first: Side, second: Side, both: z.number(), either: z.number(), onlyFirst: z.number(), onlySecond: z.number() })
  .meta({ id: 'Overlap' })
const One = z.object({ data: z.object({ overlap: AnsweredOverlap }) })

/** How many own an identifier of each type, as it is answered. */
export const Identifiers = z
  .object({
    total: z.number(),
    types: z.array(z.object({ type: z.string(), count: z.number(), percent: z.number() })),
  })
  .meta({ id: 'Identifiers', description: 'How many own an identifier of each type, most first' })

export const identifiersFrom = ({ total, types }: Breakdown): z.infer<typeof Identifiers> => ({
  total,
  types: types.map((each) => ({ ...each, percent: percentOf(each.count, total) })),
})

type SideOf = Pick<z.infer<typeof Side>, 'id' | 'key' | 'name' | 'sentence'>
const saved = ({ id, key, name, definition }: Definition): SideOf => ({
  id,
  key,
  name,
  sentence: sentence(definition as unknown as Condition),
})

const overlapFrom = ({ first, second, both }: Overlap, a: SideOf, b: SideOf): z.infer<typeof AnsweredOverlap> => ({
  first: { ...a, count: first, percentShared: percentOf(both, first) },
  second: { ...b, count: second, percentShared: percentOf(both, second) },
  both,
  either: first + second - both,
  onlyFirst: first - both,
  onlySecond: second - both,
})

const overlapRoutes = (app: App, { db, now, config: { limits } }: Door): void => {
  app.get(
    '/spaces/:space/audiences/:id/overlap',
    {
      schema: {
        tags,
        summary: 'How many members two audiences share',
        params: OneParams,
        querystring: z.object({ with: z.string().min(1).max(255).meta({ description: 'The other audience, by id or key' }) }),
        response: { 200: One },
      },
    },
    async ({ caller: { spaceId }, params, query }) => {
      const first = await definitionOf(db, 'audience', spaceId, params.id)
      const second = await definitionOf(db, 'audience', spaceId, query.with)
      return { data: { overlap: overlapFrom(await overlapOf(db, spaceId, first, second), saved(first), saved(second)) } }
    },
  )
  app.post(
    '/spaces/:space/audiences/:id/overlap',
    {
      schema: {
        tags,
        summary: 'How many members an audience shares with whoever matches a condition that is not saved',
        params: OneParams,
        body: z.strictObject({
          definition: AudienceDefinition,
          audienceType: AudienceType.optional(),
          options: Options.optional(),
        }),
        response: { 200: One },
      },
    },
    async ({ caller: { spaceId }, params, body: { definition, audienceType, options } }) => {
      const first = await definitionOf(db, 'audience', spaceId, params.id)
      const condition = await conditionFrom(db, spaceId, definition)
      const asked = { condition, collection: collectionFrom(audienceType, definition.type), options, limits }
      const found = await pointing('audience', definition, () => overlapWith(db, spaceId, first, asked, now()))
      return { data: { overlap: overlapFrom(found, saved(first), { sentence: sentence(condition) }) } }
    },
  )
}

/** What there is to know about the members of an audience as a whole: their identifiers, and whom it shares with others (spec/audiences §16). */
export const insightRoutes = (app: App, door: Door): void => {
  overlapRoutes(app, door)
  app.get(
    '/spaces/:space/audiences/:id/identifiers',
    {
      schema: {
        tags,
        summary: 'How many members own an identifier of each type',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ identifiers: Identifiers }) }) },
      },
    },
    async ({ caller: { spaceId }, params }) => {
      const audience = await definitionOf(door.db, 'audience', spaceId, params.id)
      return { data: { identifiers: identifiersFrom(await identifiersOf(door.db, spaceId, audience)) } }
    },
  )
}
