import * as z from 'zod'
import { type CaseDefinition, runCase } from '../../audience/case.ts'
import { parseCondition, parseTrait } from '../../audience/text/condition.ts'
import { Duration } from '../../base/duration.ts'
import { Invalid } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { AudienceType, collectionFrom, Key, Options, SpaceParams } from '../audience/wire.ts'
import type { Route } from './index.ts'

const Written = z.strictObject({
  key: Key,
  query: z.string().max(20_000),
  audienceType: AudienceType.optional(),
  options: Options.optional(),
})

const Timestamp = z.union([
  z.iso.datetime({ offset: true }),
  z.iso.date(),
  z
    .string()
    .refine(
      (text) => text.endsWith(' ago') && Duration.safeParse(text.slice(0, -4)).success,
      'write an instant, or how long ago it was, for example "3 days ago"',
    ),
])
const Case = z.strictObject({
  name: z.string().min(1).max(255),
  audience: Key,
  at: z.iso.datetime({ offset: true }),
  calls: z
    .array(z.looseObject({ timestamp: Timestamp.optional() }))
    .max(1_000)
    .meta({ description: 'Tracking calls; a timestamp may be written as `3 days ago`, without one the call happens at `at`' }),
  in: z
    .array(z.string().min(1))
    .max(100)
    .default([])
    .meta({ description: 'Who must be in: user ids (of an audience of accounts group ids), or `type:value`' }),
  out: z.array(z.string().min(1)).max(100).default([]).meta({ description: 'Who must not be in' }),
})
const Body = z.strictObject({
  computedTraits: z.array(Written).max(100).default([]),
  audiences: z.array(Written).min(1).max(200),
  cases: z.array(Case).min(1).max(100),
})
const Result = z.object({
  name: z.string(),
  passed: z.boolean(),
  wrong: z.array(
    z.object({
      person: z.string(),
      expected: z.enum(['in', 'out']),
      why: z.looseObject({ matches: z.boolean(), eligible: z.boolean() }).meta({ description: 'As `explain` answers' }),
    }),
  ),
})

const definitionsOf = ({ computedTraits, audiences }: z.infer<typeof Body>): readonly CaseDefinition[] => {
  const keys = new Set(audiences.map(({ key }) => key))
  return [
    ...computedTraits.map(({ key, query, audienceType, options = {} }, place): CaseDefinition => {
      const definition = parseTrait(query, { field: `computedTraits.${place}.query` })
      return {
        kind: 'computed_trait',
        key,
        query,
        definition: definition as unknown as JsonObject,
        options,
        collection: collectionFrom(audienceType),
      }
    }),
    ...audiences.map(({ key, query, audienceType, options = {} }, place): CaseDefinition => {
      const definition = parseCondition(query, { audiences: keys, field: `audiences.${place}.query` })
      return {
        kind: 'audience',
        key,
        query,
        definition: definition as unknown as JsonObject,
        options,
        collection: collectionFrom(audienceType),
      }
    }),
  ]
}

// A definition is every case's.
const ofCase = (field: string): boolean => !/^(?:audiences|computedTraits)\./.test(field)

const inCase = (place: number, error: unknown): unknown =>
  error instanceof Invalid
    ? new Invalid(
        error.id,
        error.problems.map((each) => (ofCase(each.field) ? { ...each, field: `cases.${place}.${each.field}` } : each)),
      )
    : error

/** `POST /spaces/:space/audience-cases`: plays small histories against definitions and says who is not where they should be. */
export const audienceCaseRoutes: Route = (app, door) => {
  app.post(
    '/spaces/:space/audience-cases',
    {
      schema: {
        tags: ['audience'],
        summary: 'Test audiences: a history, who is in; nothing is kept',
        params: SpaceParams,
        body: Body,
        response: { 200: z.object({ data: z.object({ results: z.array(Result) }) }) },
      },
    },
    async ({ body }) => {
      const definitions = definitionsOf(body)
      const results: z.infer<typeof Result>[] = []
      for (const [place, one] of body.cases.entries()) {
        const how = { id: prefixedId('case', door.random(12)), random: door.random, now: door.now() }
        const played = { ...one, at: new Date(one.at), calls: one.calls as readonly JsonObject[] }
        const result = await runCase(door.db, definitions, played, how).catch((error: unknown) => {
          throw inCase(place, error)
        })
        results.push(result as unknown as z.infer<typeof Result>)
      }
      return { data: { results } }
    },
  )
}
