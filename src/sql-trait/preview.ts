import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { asKnown, duplicate, identifierAt, type Shape, shapeOf, tooManyRows, traitsOf } from './contract.ts'
import { limitsOf } from './limits.ts'
import { asTable, type Reader } from './reader.ts'
import { inWarehouse, type Reach } from './warehouse.ts'

const SHOWN = 20

/** One row of an answer: whose it is, and whether the space knows them already. */
export type PreviewRow = {
  readonly identifier: { readonly type: string; readonly value: string }
  readonly userId?: string
  readonly known: boolean
  readonly traits: JsonObject
}
export type Preview = { readonly count: number; readonly shape: Shape; readonly rows: readonly PreviewRow[] }

const collectionOf = (type: string): 'users' | 'accounts' => (type === 'group_id' ? 'accounts' : 'users')

/** Which of these values the space knows. */
export const knownAmong = async (
  db: Db,
  spaceId: string,
  type: string,
  values: readonly string[],
): Promise<ReadonlySet<string>> => {
  const spelled = values.map((value) => asKnown(type, value))
  const rows = await run(
    db,
    query(
      'profile_identifier.known',
      sql<{ value: string }>`select i.value from unnest(${[...new Set(spelled)].toSorted()}::text[]) as r (value)
        cross join lateral (select value from profile_identifier
          where space_id = ${spaceId} and collection = ${collectionOf(type)} and type = ${type} and value = r.value limit 1) as i`,
    ),
  )
  const found = new Set(rows.map((row) => row.value))
  return new Set(values.filter((_, place) => found.has(spelled[place] ?? '')))
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

// As `asKnown`, in the customer's database.
const knownAs = (type: string): string => (type === 'email' ? `lower(btrim(${quoted(type)}::text))` : quoted(type))

// Counted in the customer's database, so that nothing but figures crosses the wire.
const figures = async ({ ask }: Reader, text: string, { owner, member }: Shape): Promise<readonly number[]> => {
  const [id, user] = [knownAs(owner.type), member === undefined ? 'null' : quoted('user_id')]
  const { rows } = await ask(
    text,
    (inner) => `select count(*), count(*) filter (where ${id} is null or ${id}::text = ''),
      count(*) filter (where ${member === undefined ? 'false' : `${user} is null or ${user}::text = ''`}), count(${id}) - count(distinct ${id})
      from ${asTable(inner)}`,
  )
  return (rows[0] ?? []).map(Number)
}

const repeated = async ({ ask }: Reader, text: string, type: string): Promise<string> => {
  const id = knownAs(type)
  const { rows } = await ask(text, (inner) => `select ${id} from ${asTable(inner)} group by ${id} having count(*) > 1 limit 1`)
  return rows[0]?.[0] ?? ''
}

/** Whether accounts may have several rows: what is said twice is taken once (spec/audiences §8). */
export const mayRepeat = ({ owner }: Pick<Shape, 'owner'>): boolean => owner.type === 'group_id'

/**
 * Asks a warehouse for the first rows and the figures of a query, and checks all of its contract (spec/audiences §8). @throws Invalid with an id of
 * its own for each way to break it, and what `withReader` throws.
 */
export const previewQuery = async (
  db: Db,
  spaceId: string,
  { warehouseId, query: text }: { readonly warehouseId: string; readonly query: string },
  reach: Reach,
): Promise<Preview> => {
  const limits = await limitsOf(db, spaceId)
  const { statementSeconds, readSeconds } = limits
  return inWarehouse(db, spaceId, warehouseId, reach, { statementSeconds, readSeconds }, async (reader) => {
    const first = await reader.ask(text, (inner) => `select * from ${asTable(inner)} limit ${SHOWN}`)
    const shape = shapeOf(first.columns, limits)
    const { owner, member } = shape
    const [count = 0, ownerless = 0, memberless = 0, twice = 0] = await figures(reader, text, shape)
    if (ownerless > 0) identifierAt([null], 0, owner.type)
    if (memberless > 0) identifierAt([null], 0, 'user_id')
    if (twice > 0 && !mayRepeat(shape)) throw duplicate(owner.type, await repeated(reader, text, owner.type))
    if (count > limits.rows) throw tooManyRows(limits.rows)
    const values = first.rows.map((row) => identifierAt(row, owner.place, owner.type))
    const known = await knownAmong(db, spaceId, owner.type, values)
    const rows = first.rows.map((row, place): PreviewRow => {
      const value = values[place] ?? ''
      const user = member === undefined ? {} : { userId: identifierAt(row, member, 'user_id') }
      return { identifier: { type: owner.type, value }, ...user, known: known.has(value), traits: traitsOf(shape, row) }
    })
    return { count, shape, rows }
  })
}
