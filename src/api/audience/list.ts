import * as z from 'zod'
import { type Definition, type Kind, listDefinitions, type Part } from '../../audience/store.ts'
import type { Db } from '../../db/database.ts'
import { fromCursor, type Pagination, paginationOf, type SearchQuery, START, toCursor } from './pagination.ts'

/** Where in a list a row stands: what the list is ordered by, and its id. A number of rows would skip one for each that is deleted. */
export type Place = readonly [by: string, id: string]

/** Behind which place a page begins, by a cursor of that very list. @throws Invalid for another cursor. */
export const placeFrom = (list: string, cursor: string | undefined, by: z.ZodType<string> = z.string()): Place | undefined => {
  const [, ...place] = fromCursor(z.tuple([z.literal(list), by, z.string()]), cursor) ?? []
  return place.length === 0 ? undefined : place
}

type Sides<Row, Ahead> = { readonly ahead: readonly Ahead[]; readonly behind: readonly Row[]; readonly total: number }

/** A page and its `pagination`, from what lies behind the place where it begins and ahead of it, each the nearest first. */
export const pageOf = <Ahead, Row extends Ahead>(
  list: string,
  { count, cursor }: { readonly count: number; readonly cursor?: string | undefined },
  { ahead, behind, total }: Sides<Row, Ahead>,
  placeOf: (row: Ahead) => Place,
): { readonly rows: readonly Row[]; readonly pagination: z.infer<typeof Pagination> } => {
  const rows = behind.slice(0, count)
  const [last, before] = [rows.at(-1), ahead[count]]
  const pagination = {
    ...paginationOf(cursor, last && behind.length > count ? [list, ...placeOf(last)] : undefined, total),
    ...(ahead.length === 0 ? {} : { previous: before === undefined ? START : toCursor([list, ...placeOf(before)]) }),
  }
  return { rows, pagination }
}

/** What lies on both sides of a place in a list that is here as a whole, in its order. */
export const sidesOf = <Row>(all: readonly Row[], isBehind: (row: Row) => boolean): Sides<Row, Row> => ({
  ahead: all.filter((row) => !isBehind(row)).toReversed(),
  behind: all.filter(isBehind),
  total: all.length,
})

/** All that a space has, for a search or an order that only we know. There are few definitions. */
export const allDefinitions = async (db: Db, kind: Kind, spaceId: string, folder?: string): Promise<readonly Definition[]> =>
  (await listDefinitions(db, kind, spaceId, { count: 10_000, folder })).behind

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

const placeOfDefinition = ({ createdAt, id }: Pick<Definition, 'createdAt' | 'id'>): Place => [createdAt.toISOString(), id]
const isAfter = ([at, id]: Place, [from, than]: Place): boolean => at < from || (at === from && id > than)

// A definition is searched in the words that people read and write, which only the printer knows.
const find = async (
  db: Db,
  kind: Kind,
  spaceId: string,
  { count, search = '', searchType, folder }: z.infer<typeof SearchQuery>,
  { place, wordsOf }: { readonly place: Place | undefined; readonly wordsOf: (row: Definition) => readonly string[] },
): Promise<Part> => {
  if (searchType !== 'DEFINITION') {
    const searchIn = searchType === undefined ? undefined : searchType === 'KEY' ? 'key' : 'name'
    const after = place && { createdAt: new Date(place[0]), id: place[1] }
    return listDefinitions(db, kind, spaceId, { count, after, search, searchIn, folder })
  }
  const parts = search.toLowerCase().split('*')
  const all = (await allDefinitions(db, kind, spaceId, folder)).filter((row) =>
    wordsOf(row).some((words) => contains(words.toLowerCase(), parts)),
  )
  return sidesOf(all, (row) => place === undefined || isAfter(placeOfDefinition(row), place))
}

/** A page of definitions as it was asked for; `wordsOf` says in what a search of definitions looks. */
export const listPage = async (
  db: Db,
  kind: Kind,
  spaceId: string,
  query: z.infer<typeof SearchQuery>,
  wordsOf: (row: Definition) => readonly string[],
): Promise<{ readonly definitions: readonly Definition[]; readonly pagination: z.infer<typeof Pagination> }> => {
  const place = placeFrom(kind, query.cursor, z.iso.datetime({ precision: 3 }))
  const found = await find(db, kind, spaceId, query, { place, wordsOf })
  const { rows, pagination } = pageOf(kind, query, found, placeOfDefinition)
  return { definitions: rows, pagination }
}
