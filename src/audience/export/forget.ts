import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { stringify } from 'csv-stringify/sync'
import { sql } from 'kysely'
import { csvRecords } from '../../base/csv.ts'
import type { Db } from '../../db/database.ts'
import { query, run, runOne, transact } from '../../db/query.ts'

const [pack, unpack] = [promisify(gzip), promisify(gunzip)]

type Part = { readonly exportId: string; readonly part: number }

// What is being made reads from before: it is made anew.
const startAnew = async (db: Db, spaceId: string): Promise<number> => {
  const again = await run(
    db,
    query(
      'export.start_anew',
      sql<{ id: string }>`update export set claim = null, claimed_until = null
        where space_id = ${spaceId} and status = 'RUNNING' and claim is not null returning id`,
    ),
  )
  let parts = 0
  for (const { id } of again)
    parts += (
      await run(
        db,
        query(
          'export_part.forget',
          sql<{ part: number }>`delete from export_part where space_id = ${spaceId} and export_id = ${id} returning part`,
        ),
      )
    ).length
  return parts
}

const contentOf = async (db: Db, spaceId: string, { exportId, part }: Part): Promise<Buffer | undefined> =>
  (
    await runOne(
      db,
      query(
        'export_part.to_forget',
        sql<{ content: Buffer }>`select content from export_part
          where space_id = ${spaceId} and export_id = ${exportId} and part = ${part}::integer`,
      ),
    )
  )?.content

// Each line begins with the person's id (`key`), in every layout.
const withoutThem = (csv: string, ids: ReadonlySet<string>): { readonly csv: string; readonly people: number } | undefined => {
  if (![...ids].some((id) => csv.includes(id))) return undefined
  const lines = [...csvRecords(csv)].map(({ fields }) => fields)
  const gone = new Set(lines.map(([key]) => key).filter((key) => key !== undefined && ids.has(key)))
  return gone.size === 0
    ? undefined
    : { csv: stringify(lines.filter(([key]) => !gone.has(key)).map((line) => [...line])), people: gone.size }
}

const rewrite = (db: Db, spaceId: string, { exportId, part }: Part, csv: Buffer, people: number): Promise<void> =>
  transact(db, async (tx) => {
    await run(
      tx,
      query(
        'export.fewer_people',
        sql`update export set people = people - ${people}::bigint where space_id = ${spaceId} and id = ${exportId}`,
      ),
    )
    await run(
      tx,
      query(
        'export_part.rewrite',
        sql`update export_part set content = ${csv} where space_id = ${spaceId} and export_id = ${exportId} and part = ${part}::integer`,
      ),
    )
  })

/** Takes people out of the files of exports, as if they had not been there, and has what is being made made anew; answers how many parts changed. */
export const forgetExported = async (db: Db, spaceId: string, profileIds: readonly string[]): Promise<number> => {
  let changed = await startAnew(db, spaceId)
  const ids = new Set(profileIds)
  const parts = await run(
    db,
    query(
      'export_part.of_space',
      sql<Part>`select export_id as "exportId", part from export_part where space_id = ${spaceId} order by export_id, part`,
    ),
  )
  for (const part of parts) {
    const content = await contentOf(db, spaceId, part)
    const left = content && withoutThem((await unpack(content)).toString('utf8'), ids)
    if (!left) continue
    await rewrite(db, spaceId, part, await pack(left.csv), left.people)
    changed++
  }
  return changed
}

/** Takes people out of what previews show of whom they found. */
export const forgetPreviewed = async (db: Db, spaceId: string, profileIds: readonly string[]): Promise<number> =>
  (
    await run(
      db,
      query(
        'audience_preview.forget_people',
        sql<{ id: string }>`with next as materialized (
            select p.id, (select coalesce(jsonb_agg(r.value order by r.ordinality), '[]'::jsonb)
              from jsonb_array_elements(p.results) with ordinality as r where r.value ->> 'profileId' <> all (${profileIds}::text[])) as results
            from audience_preview p where p.space_id = ${spaceId} and jsonb_typeof(p.results) = 'array')
          update audience_preview p set results = n.results from next n
          where p.space_id = ${spaceId} and p.id = n.id and p.results <> n.results returning p.id`,
      ),
    )
  ).length
