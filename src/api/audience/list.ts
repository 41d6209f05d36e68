import * as z from 'zod'
import { type Definition, type Kind, listDefinitions } from '../../audience/store.ts'
import type { Db } from '../../db/database.ts'
import { fromCursor, type Pagination, paginationOf, type SearchQuery, toCursor } from './wire.ts'

/** Where a page of a list begins, by a cursor of that very list. @throws Invalid for another cursor. */
export const offsetFrom = (list: string, cursor: string | undefined): number =>
  fromCursor(z.tuple([z.literal(list), z.int32().min(0)]), cursor)?.[1] ?? 0

/** Where in a list a page begins, for a cursor. */
export const placeIn = (list: string, offset: number): readonly [string, number] => [list, offset]

// A definition is searched in the words that people read and write, which only the printer knows. There are few definitions.
const ALL = { count: 10_000, offset: 0 }

// Part by part and each at its first place, so that many `*` cost no more than few: as a pattern they are tried in every combination.
const contains = (words: string, parts: readonly string[]): boolean => {
  let from = 0
  for (const part of parts) {
    const at = words.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return true
}

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
  const parts = search.toLowerCase().split('*')
  const all = (await listDefinitions(db, kind, spaceId, { ...ALL, folder })).definitions.filter((row) =>
    wordsOf(row).some((words) => contains(words.toLowerCase(), parts)),
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
  const offset = offsetFrom(kind, cursor)
  const { definitions, total } = await find(db, kind, spaceId, query, { offset, wordsOf })
  const pagination = {
    ...paginationOf(cursor, offset + count < total ? placeIn(kind, offset + count) : undefined, total),
    ...(offset > 0 ? { previous: toCursor(placeIn(kind, Math.max(0, offset - count))) } : {}),
  }
  return { definitions, pagination }
}
