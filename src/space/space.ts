import { sql } from 'kysely'
import { sha256 } from '../base/hash.ts'
import type { Db } from '../db/database.ts'
import { type Query, query, run } from '../db/query.ts'
import type { SpaceRow, TokenKind } from '../db/rows/space.ts'

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
  /** What it opens: the management API, unless it is said otherwise. */
  readonly kind?: TokenKind
  readonly by?: string
  /** False: what SQL traits read stays hidden from whoever shows it. */
  readonly seesPersonalData?: boolean
}

const idOf = (hash: string): string => `tok_${sha256(`id of ${hash}`).slice(0, 24)}`

/** Makes a token of a space and answers its id. Only its hash is kept, so the caller must show it now or never. */
export const createToken = async (
  db: Db,
  { spaceId, name, secret, kind = 'management', by = 'the command line', seesPersonalData = true }: NewToken,
  now: Date,
): Promise<string> => {
  const hash = sha256(secret)
  const id = idOf(hash)
  await run(
    db,
    query(
      'api_token.create',
      sql`insert into api_token (hash, space_id, id, kind, name, created_by, created_at, sees_personal_data)
        values (${hash}, ${spaceId}, ${id}, ${kind}, ${name}, ${by}, ${now}, ${seesPersonalData}) on conflict do nothing`,
    ),
  )
  return id
}
