import { sql } from 'kysely'
import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { pathsOf } from '../../base/paths.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import { sampleEvents } from '../../event/catalog.ts'
import { sampleTraits } from '../../trait/sample.ts'
import type { Route } from './index.ts'

const Path = z.object({ path: z.string(), type: z.string(), values: z.array(z.unknown()) })
const About = z.enum(['USERS', 'ACCOUNTS'])
const Named = z.object({ key: z.string(), name: z.string(), about: About })
const Catalog = z.object({
  events: z.array(z.object({ name: z.string(), count: z.number(), properties: z.array(Path) })),
  traits: z.array(Path),
  accountTraits: z.array(Path).meta({ description: 'What is known of accounts' }),
  audiences: z.array(Named),
  computedTraits: z.array(Named),
  identifiers: z.array(z.string()),
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

const shown = (objects: readonly JsonObject[]) => pathsOf(objects).map((path) => ({ ...path, values: [...path.values] }))

/** `GET /catalog`: everything that a condition can be about, with examples: what a builder offers. */
export const catalogRoutes: Route = (app, { db }) => {
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
      const { names, rows } = await sampleEvents(db, spaceId)
      const properties = Map.groupBy(rows, (row) => row.name)
      return {
        data: {
          events: names.map(({ name, count }) => ({
            name,
            count,
            properties: shown((properties.get(name) ?? []).map((row) => row.properties)),
          })),
          traits: shown(await sampleTraits(db, spaceId)),
          accountTraits: shown(await sampleTraits(db, spaceId, 'accounts')),
          audiences: [...(await audiences(db, spaceId))],
          computedTraits: [...(await computedTraits(db, spaceId))],
          identifiers: [...(await identifiers(db, spaceId))],
        },
      }
    },
  )
}
