import * as z from 'zod'
import { type Definition, type Kind, listDefinitions } from '../../audience/store.ts'
import type { Db } from '../../db/database.ts'
import { fromCursor, type Pagination, type SearchQuery, toCursor } from './wire.ts'

const Offset = z.number().int().min(0)
// A definition is searched in the words that people read and write, which only the printer knows. There are few definitions.
const ALL = { count: 10_000, offset: 0 }

const patternOf = (search: string): RegExp =>
  new RegExp(
    search
      .split('*')
      .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'))
      .join('.*'),
    'iu',
  )

type Found = { readonly definitions: readonly Definition[]; readonly total: number }

const find = async (
  db: Db,
  kind: Kind,
  spaceId: string,
  { count, search = '', searchType, folder }: z.infer<typeof SearchQuery>,
  { offset, wordsOf }: { readonly offset: number; readonly wordsOf: (row: Definition) => readonly string[] },
): Promise<Found> => {
  if (searchType !== 'DEFINITION') {
    const searchIn = searchType === undefined ? undefined : searchType === 'KEY' ? 'key' : 'name'
    return listDefinitions(db, kind, spaceId, { count, offset, search, searchIn, folder })
  }
  const pattern = patternOf(search)
  const all = (await listDefinitions(db, kind, spaceId, { ...ALL, folder })).definitions.filter((row) =>
    wordsOf(row).some((words) => pattern.test(words)),
  )
  return { definitions: all.slice(offset, offset + count), total: all.length }
}

/** A page of definitions as it was asked for; `wordsOf` says in what a search of definitions looks. */
export const listPage = async (
  db: Db,
  kind: Kind,
  spaceId: string,
  query: z.infer<typeof SearchQuery>,
  wordsOf: (row: Definition) => readonly string[],
): Promise<{ readonly definitions: readonly Definition[]; readonly pagination: z.infer<typeof Pagination> }> => {
  const { count, cursor } = query
  const offset = fromCursor(Offset, cursor) ?? 0
  const { definitions, total } = await find(db, kind, spaceId, query, { offset, wordsOf })
  const pagination = {
    current: cursor ?? toCursor(0),
    ...(offset + count < total ? { next: toCursor(offset + count) } : {}),
    ...(offset > 0 ? { previous: toCursor(Math.max(0, offset - count)) } : {}),
    totalEntries: total,
  }
  return { definitions, pagination }
}
