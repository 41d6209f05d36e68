import { sql } from 'kysely'
import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { pathsOf } from '../../base/paths.ts'
import { eventsThatCame } from '../../catalog/came.ts'
import { joinPaths, restOf } from '../../catalog/joined.ts'
import { type KnownPath, knownOf } from '../../catalog/known.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import { sampleEvents } from '../../event/catalog.ts'
import { sampleTraits } from '../../trait/sample.ts'
import type { Route } from './index.ts'

const Path = z.object({
  path: z.string(),
  type: z.string(),
  values: z.array(z.unknown()),
  frequent: z
    .array(z.object({ value: z.unknown(), count: z.number() }))
    .meta({ description: 'The five values met most often, as they were sent, each at least so often' }),
})
const About = z.enum(['USERS', 'ACCOUNTS'])
const Named = z.object({ key: z.string(), name: z.string(), about: About })
const Notice = z
  .object({
    code: z.literal('too_many_property_keys'),
    about: z.enum(['event', 'traits', 'accountTraits']),
    name: z.string().optional(),
    kept: z.number(),
    dropped: z.number(),
    example: z.string(),
    message: z.string(),
  })
  .meta({ description: 'What is not offered because there is too much of it; nothing of it is lost' })
type Notice = z.infer<typeof Notice>
const Catalog = z.object({
  events: z.array(
    z.object({
      name: z.string(),
      count: z.number(),
      firstSeenAt: z.string().nullable(),
      lastSeenAt: z.string().nullable(),
      properties: z.array(Path),
    }),
  ),
  traits: z.array(Path),
  accountTraits: z.array(Path).meta({ description: 'What is known of accounts' }),
  audiences: z.array(Named),
  computedTraits: z.array(Named),
  identifiers: z.array(z.string()),
  notices: z.array(Notice),
})

type Row = z.infer<typeof Named>
const audiences = (db: Db, spaceId: string): Promise<readonly Row[]> =>
  run(
    db,
    query(
      'catalog.audiences',
      sql<Row>`select key, name, case collection when 'accounts' then 'ACCOUNTS' else 'USERS' end as about from audience where space_id = ${spaceId} and deleted_at is null order by name`,
    ),
  )
const computedTraits = (db: Db, spaceId: string): Promise<readonly Row[]> =>
  run(
    db,
    query(
      'catalog.computed_traits',
      sql<Row>`select key, name, case collection when 'accounts' then 'ACCOUNTS' else 'USERS' end as about from computed_trait where space_id = ${spaceId} and deleted_at is null order by name`,
    ),
  )

const identifiers = async (db: Db, spaceId: string): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'catalog.identifiers',
      sql<{ type: string }>`select type from identifier_rule where space_id = ${spaceId} order by type`,
    ),
  )
  return [...new Set(['user_id', 'email', 'anonymous_id', ...rows.map((row) => row.type)])]
}

const OF = { event: 'properties', traits: 'traits', accountTraits: 'traits of accounts' } as const

const noticesOf = (about: Notice['about'], name: string | undefined, kept: number, dropped: readonly string[]): Notice[] => {
  const [example] = dropped
  if (example === undefined) return []
  const whose = name === undefined ? 'This space' : `“${name}”`
  const more = `${dropped.length.toLocaleString('en')} more, for example “${example}”, ${dropped.length === 1 ? 'is' : 'are'} not offered`
  const message = `${whose} has more than ${kept.toLocaleString('en')} different ${OF[about]}: ${more}. They are stored, and count where they are written by hand. Send what varies as a value, not as a key, or raise property_keys in USHER_LIMITS.`
  return [
    {
      code: 'too_many_property_keys',
      about,
      ...(name === undefined ? {} : { name }),
      kept,
      dropped: dropped.length,
      example,
      message,
    },
  ]
}

type Asked = { readonly most: number | null; readonly known: readonly KnownPath[] }
/** The paths of objects, and of what was counted as it came in, as they are answered, and a notice where there are more than are kept (spec/audiences §7.1, §28). */
const seen = (objects: readonly JsonObject[], { most, known }: Asked, about: Notice['about'], name?: string) => {
  const { paths, dropped } = pathsOf(objects, most ?? undefined)
  return {
    paths: joinPaths(paths, known)
      .slice(0, most ?? undefined)
      .map((path) => ({ ...path, values: [...path.values], frequent: [...path.frequent] })),
    notices: noticesOf(about, name, paths.length, dropped),
  }
}

const Came = z.object({
  type: z.string(),
  name: z.string(),
  count: z.number().meta({ description: 'How often it was let in, in the last 31 days' }),
  lastSeenAt: z.string(),
  properties: z.array(z.string()).meta({ description: 'The first twelve' }),
})

/** What a page that stays open asks for: as much as it shows. */
const coming: Route = (app, { db, tally }) => {
  app.get(
    '/spaces/:space/catalog/events',
    {
      schema: {
        tags: ['catalog'],
        summary: 'The events that its sources sent most often in the last 31 days',
        params: z.object({ space: z.string() }),
        querystring: z.object({ count: z.coerce.number().int().min(1).max(100).default(30) }),
        response: { 200: z.object({ data: z.object({ events: z.array(Came) }) }) },
      },
    },
    async (request) => {
      await tally.flush()
      const events = await eventsThatCame(db, request.caller.spaceId, request.query.count)
      return {
        data: {
          events: events.map(({ lastAt, paths, ...event }) => ({
            ...event,
            lastSeenAt: lastAt.toISOString(),
            properties: [...paths],
          })),
        },
      }
    },
  )
}

/** `GET /catalog`: everything that a condition can be about, with examples: what a builder offers. */
export const catalogRoutes: Route = (app, door) => {
  const { db, config, tally } = door
  coming(app, door)
  app.get(
    '/spaces/:space/catalog',
    {
      schema: {
        tags: ['catalog'],
        summary:
          'Events by volume with their properties, traits with their five most frequent values, audiences, computed traits',
        params: z.object({ space: z.string() }),
        response: { 200: z.object({ data: Catalog }) },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      await tally.flush()
      const { names, rows } = await sampleEvents(db, spaceId)
      const known = await knownOf(db, spaceId)
      const ofEvent = new Map(known.events.map((event) => [event.name, event]))
      const most = config.limits.property_keys
      const byName = Map.groupBy(rows, (row) => row.name)
      const events = [...names, ...restOf(known.events, names)].map(({ name, count }) => {
        const objects = (byName.get(name) ?? []).map((row) => row.properties)
        const { firstAt, lastAt, paths: counted = [] } = ofEvent.get(name) ?? {}
        const { paths, notices } = seen(objects, { most, known: counted }, 'event', name)
        const [firstSeenAt, lastSeenAt] = [firstAt?.toISOString() ?? null, lastAt?.toISOString() ?? null]
        return { shown: { name, count, firstSeenAt, lastSeenAt, properties: paths }, notices }
      })
      const traits = seen(await sampleTraits(db, spaceId), { most, known: known.traits }, 'traits')
      const ofAccounts = { most, known: known.accountTraits }
      const accountTraits = seen(await sampleTraits(db, spaceId, 'accounts'), ofAccounts, 'accountTraits')
      return {
        data: {
          notices: [...events, traits, accountTraits].flatMap(({ notices }) => notices),
          events: events.map(({ shown }) => shown),
          traits: traits.paths,
          accountTraits: accountTraits.paths,
          audiences: [...(await audiences(db, spaceId))],
          computedTraits: [...(await computedTraits(db, spaceId))],
          identifiers: [...(await identifiers(db, spaceId))],
        },
      }
    },
  )
}
