import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { JsonObject } from '../../src/base/json.ts'
import type { Db } from '../../src/db/database.ts'
import { query, run } from '../../src/db/query.ts'

type Row = { readonly [key: string]: ReturnType<typeof JSON.parse> }
const rowsOf = (db: Db, build: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> => run(db, query('test.*', build))

/** Sends one tracking request and answers status and body. */
export const post = async (server: FastifyInstance, path: string, payload: unknown, headers: Record<string, string> = {}) => {
  const answer = await server.inject({
    method: 'POST',
    url: path,
    payload: payload instanceof Buffer || typeof payload === 'string' ? payload : JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

export const basic = (writeKey: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
})

export const eventsOf = (db: Db, spaceId: string) =>
  rowsOf(db, sql<Row>`select * from event where space_id = ${spaceId} order by message_id`)

type Picture = {
  readonly people: readonly {
    readonly identifiers: JsonObject
    readonly traits: JsonObject
    readonly collection: string
    readonly events: readonly string[]
  }[]
  readonly identifiers: JsonObject
}

const sortedEntries = (object: Record<string, readonly string[]>): JsonObject =>
  Object.fromEntries(
    Object.entries(object)
      .map(([type, values]) => [type, values.toSorted()] as const)
      .toSorted(),
  )

/** The identity graph of a space without its ids: two histories that mean the same give the same picture. */
export const pictureOf = async (db: Db, spaceId: string): Promise<Picture> => {
  const profiles = await rowsOf(db, sql<Row>`select * from profile where space_id = ${spaceId} and merged_into is null`)
  const events = await eventsOf(db, spaceId)
  const stored = await rowsOf(db, sql<Row>`select * from profile_identifier where space_id = ${spaceId} order by created_at desc`)
  const people = profiles.map((profile) => ({
    collection: profile['collection'],
    identifiers: sortedEntries(profile['identifiers']),
    traits: Object.fromEntries(Object.entries(profile['traits']).toSorted()) as JsonObject,
    merges: profile['merge_count'],
    events: events.filter((event) => event['profile_id'] === profile['id']).map((event) => event['message_id'] as string),
  }))
  const byProfile = Object.groupBy(stored, (row) => row['profile_id'] as string)
  const identifiers = Object.fromEntries(
    Object.entries(byProfile).map(([id, rows]) => [
      id,
      sortedEntries(
        Object.fromEntries(
          Object.entries(Object.groupBy(rows ?? [], (row) => row['type'])).map(([type, of]) => [
            type,
            (of ?? []).map((row) => row['value']),
          ]),
        ),
      ),
    ]),
  )
  for (const profile of profiles)
    if (JSON.stringify(identifiers[profile['id']] ?? {}) !== JSON.stringify(sortedEntries(profile['identifiers'])))
      throw new Error(
        `profile.identifiers is not profile_identifier for ${profile['id']}: ${JSON.stringify(profile['identifiers'])}`,
      )
  return { people: people.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)), identifiers: {} }
}

export const selectRows = rowsOf
