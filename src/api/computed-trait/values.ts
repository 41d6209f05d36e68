import * as z from 'zod'
import { runNow } from '../../audience/save.ts'
import { definitionSentence } from '../../audience/sentence.ts'
import { definitionOf } from '../../audience/store.ts'
import { printTrait } from '../../audience/text/condition.ts'
import { previewTrait, spreadOf, type Valued, valuesOf } from '../../audience/values.ts'
import { Invalid } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { fromCursor, ListQuery, Pagination, paginationOf } from '../audience/pagination.ts'
import { pointing, traitFrom } from '../audience/query.ts'
import {
  AudienceType,
  collectionFrom,
  OneParams,
  SpaceParams,
  storedOptions,
  TraitDefinition,
  TraitOptions,
  typeOf,
} from '../audience/wire.ts'
import type { Door } from '../door.ts'
import { hungUp } from '../hung-up.ts'
import type { App } from '../server.ts'

const tags = ['computed trait']

const Person = z.object({
  profileId: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  traits: z.record(z.string(), z.unknown()),
  value: z.unknown(),
})
const Numbers = z.object({ low: z.number(), high: z.number(), average: z.number() })
const personOf = ({ profileId, name, email, traits, value }: Valued): z.infer<typeof Person> => ({
  ...{ profileId, name, email, traits, value },
})

const Previewed = z.object({
  size: z.object({ count: z.number(), type: AudienceType }).meta({ description: 'How many would have a value' }),
  numbers: Numbers.optional().meta({ description: 'Of values that are numbers' }),
  results: z.array(Person),
  sentence: z.string(),
  query: z.string(),
})

const previewing = (app: App, { db, now, config }: Door): void => {
  app.post(
    '/spaces/:space/computed-traits/previews',
    {
      schema: {
        tags,
        summary: 'What a computed trait would be: for how many, and the first values; nothing is saved',
        params: SpaceParams,
        body: z.strictObject({
          definition: TraitDefinition,
          options: TraitOptions.optional(),
          count: z.int().min(0).max(100).default(10),
        }),
        response: { 200: z.object({ data: z.object({ computedTraitPreview: Previewed }) }) },
      },
    },
    async ({ caller: { spaceId }, body }, reply) => {
      const definition = traitFrom(body.definition)
      const collection = collectionFrom(body.definition.type)
      const options = storedOptions(body.options ?? {})
      const waits = { signal: hungUp(reply) }
      const asked = { now: now(), count: body.count, collection, options, limits: config.limits, waits }
      const { count, numbers, people } = await pointing('computed_trait', body.definition, () =>
        previewTrait(db, spaceId, definition, asked),
      )
      const computedTraitPreview = {
        size: { count, type: typeOf(collection) },
        ...(numbers ? { numbers } : {}),
        results: people.map(personOf),
        sentence: definitionSentence(definition),
        query: printTrait(definition),
      }
      return { data: { computedTraitPreview } }
    },
  )
}

const jsonOf = (text: string | undefined): Json | undefined => {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new Invalid('value', [{ field: 'value', message: 'is not JSON', remedy: 'write text in quotes: "pro"' }])
  }
}

const Asked = ListQuery.extend({
  value: z.string().max(5_000).optional().meta({ description: 'Only who has this value, as JSON; of lists, this entry' }),
  from: z.coerce.number().optional().meta({ description: 'Only numbers from here on' }),
  below: z.coerce.number().optional().meta({ description: 'Only numbers below it' }),
})

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/computed-traits/:id/values',
    {
      schema: {
        tags,
        summary: 'Who has a value, and which',
        params: OneParams,
        querystring: Asked,
        response: {
          200: z.object({
            data: z.object({ values: z.array(Person.extend({ changedAt: z.string() })), pagination: Pagination }),
          }),
        },
      },
    },
    async ({ caller: { spaceId }, params, query: { cursor, value, ...page } }) => {
      const { id } = await definitionOf(db, 'computed_trait', spaceId, params.id)
      const after = fromCursor(z.guid(), cursor)
      const rows = await valuesOf(db, spaceId, id, { ...page, after, value: jsonOf(value) })
      const next = rows.length === page.count ? rows.at(-1)?.profileId : undefined
      const values = rows.map((row) => ({ ...personOf(row), changedAt: row.changedAt.toISOString() }))
      return { data: { values, pagination: paginationOf(cursor, next) } }
    },
  )
  app.get(
    '/spaces/:space/computed-traits/:id/spread',
    {
      schema: {
        tags,
        summary: 'How the values are spread: how many people have one, least, greatest, average, the most common',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ spread: Spread }) }) },
      },
    },
    async ({ caller: { spaceId }, params }) => {
      const { id } = await definitionOf(db, 'computed_trait', spaceId, params.id)
      const { people, numbers, bins, commonest } = await spreadOf(db, spaceId, id)
      return { data: { spread: { people, ...(numbers ? { numbers } : {}), bins: [...bins], commonest: [...commonest] } } }
    },
  )
}

const Spread = z
  .object({
    people: z.number(),
    numbers: Numbers.optional(),
    bins: z
      .array(z.object({ from: z.number(), below: z.number().nullable(), people: z.number() }))
      .meta({ description: 'Numbers in ten equal steps, where they are more than a few' }),
    commonest: z.array(z.object({ value: z.unknown(), people: z.number() })),
  })
  .meta({ id: 'Spread' })

const running = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/computed-traits/:id/runs',
    {
      schema: {
        tags,
        summary: 'Compute a trait in full, now',
        params: OneParams,
        response: { 202: z.object({ data: z.object({ status: z.literal('QUEUED') }) }) },
      },
    },
    async ({ caller, params }, reply) => {
      await runNow(door.db, 'computed_trait', { spaceId: caller.spaceId, by: caller.name, now: door.now() }, params.id)
      door.notify('profile_change')
      return reply.status(202).send({ data: { status: 'QUEUED' as const } })
    },
  )
}

/** The values of computed traits: before one is saved, whose they are, how they are spread. */
export const valueRoutes = (app: App, door: Door): void => {
  previewing(app, door)
  reading(app, door)
  running(app, door)
}
