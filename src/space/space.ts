import { sql } from 'kysely'
import { sha256 } from '../base/hash.ts'
import type { Db } from '../db/database.ts'
import { type Query, query, run } from '../db/query.ts'
import type { SpaceRow } from '../db/rows/space.ts'

export const spaceById = (spaceId: string): Query<SpaceRow> =>
  query('space.by_id', sql<SpaceRow>`select * from space where id = ${spaceId}`)

export const spaceBySlug = (slug: string): Query<SpaceRow> =>
  query('space.by_slug', sql<SpaceRow>`select * from space where slug = ${slug}`)

export type NewSpace = { readonly id: string; readonly slug: string; readonly name: string }

/** Makes a space; one that is there already stays as it is. */
export const createSpace = async (db: Db, space: NewSpace, now: Date): Promise<void> => {
  await run(
    db,
    query(
      'space.create',
      sql`insert into space (id, slug, name, created_at) values (${space.id}, ${space.slug}, ${space.name}, ${now}) on conflict do nothing`,
    ),
  )
}

/** Makes a source with its write key. The key is what a tracking SDK is configured with. */
export const createSource = async (
  db: Db,
  source: { spaceId: string; id: string; name: string; kind: string; writeKey: string },
  now: Date,
): Promise<void> => {
  const { spaceId, id, name, kind, writeKey } = source
  await run(
    db,
    query(
      'source.create',
      sql`insert into source (space_id, id, name, kind, created_at) values (${spaceId}, ${id}, ${name}, ${kind}, ${now}) on conflict do nothing`,
    ),
  )
  await run(
    db,
    query(
      'write_key.create',
      sql`insert into write_key (key, space_id, source_id) values (${writeKey}, ${spaceId}, ${id}) on conflict do nothing`,
    ),
  )
}

export type NewToken = {
  readonly spaceId: string
  readonly name: string
  readonly secret: string
  /** False: what SQL traits read stays hidden from whoever shows it. */
  readonly seesPersonalData?: boolean
}

/** Makes a token of a space. Only its hash is kept, so the caller must show it now or never. */
export const createToken = async (
  db: Db,
  { spaceId, name, secret, seesPersonalData = true }: NewToken,
  now: Date,
): Promise<void> => {
  await run(
    db,
    query(
      'api_token.create',
      sql`insert into api_token (hash, space_id, name, created_at, sees_personal_data)
        values (${sha256(secret)}, ${spaceId}, ${name}, ${now}, ${seesPersonalData}) on conflict do nothing`,
    ),
  )
}
