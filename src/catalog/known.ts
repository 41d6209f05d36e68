import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { CatalogType } from '../db/rows/catalog.ts'
import { addFrequent, type Frequent, topFive } from './frequent.ts'
import { countsSince, kindOf, type Stored } from './seen.ts'

export type KnownPath = { readonly path: string; readonly kind: string; readonly frequent: ReturnType<typeof topFive> }
/** What all sources of a space sent of an event; `count` of the last 30 days, as it was let in. */
export type KnownEvent = {
  readonly name: string
  readonly firstAt: Date
  readonly lastAt: Date
  readonly count: number
  readonly paths: readonly KnownPath[]
}
export type Known = {
  readonly events: readonly KnownEvent[]
  readonly traits: readonly KnownPath[]
  readonly accountTraits: readonly KnownPath[]
}

const MOST = 20_000
type Row = Pick<Stored, 'type' | 'name' | 'path' | 'first_at' | 'last_at' | 'days' | 'kinds' | 'frequent'>

const pathOf = (path: string, rows: readonly Row[]): KnownPath => {
  const counts = rows.map(({ frequent }): Frequent => new Map(Object.entries(frequent))).reduce(addFrequent, new Map())
  const kinds: Record<string, number> = {}
  for (const row of rows) for (const [kind, count] of Object.entries(row.kinds)) kinds[kind] = (kinds[kind] ?? 0) + count
  return { path, kind: kindOf(kinds), frequent: topFive(Object.fromEntries(counts)) }
}

// What was only ever blocked is nothing that a condition could find.
const pathsIn = (rows: readonly Row[]): readonly KnownPath[] =>
  [
    ...Map.groupBy(
      rows.filter(({ path, days }) => path !== '' && countsSince(days, '').allowed > 0),
      ({ path }) => path,
    ),
  ].map(([path, of]) => pathOf(path, of))

const eventOf = (name: string, rows: readonly Row[]): KnownEvent => {
  const whole = rows.filter(({ path }) => path === '')
  return {
    name,
    firstAt: new Date(Math.min(...rows.map(({ first_at }) => first_at.getTime()))),
    lastAt: new Date(Math.max(...rows.map(({ last_at }) => last_at.getTime()))),
    count: whole.reduce((sum, { days }) => sum + countsSince(days, '').allowed, 0),
    paths: pathsIn(rows),
  }
}

/** What the sources of a space sent, put together: of at most 20,000 names, those that came last. */
export const knownOf = async (db: Db, spaceId: string): Promise<Known> => {
  const rows = await run(
    db,
    query(
      'catalog_seen.of_space',
      sql<Row>`select type, name, path, first_at, last_at, days, kinds, frequent from catalog_seen
        where space_id = ${spaceId} order by last_at desc, source_id, type, name, path limit ${MOST}`,
    ),
  )
  const of = (type: CatalogType): readonly Row[] => rows.filter((row) => row.type === type)
  const events = Map.groupBy(
    rows.filter(({ name }) => name !== ''),
    ({ name }) => name,
  )
  return {
    events: [...events].map(([name, own]) => eventOf(name, own)).filter(({ count }) => count > 0),
    traits: pathsIn(of('identify')),
    accountTraits: pathsIn(of('group')),
  }
}
