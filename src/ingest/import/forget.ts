import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { sql } from 'kysely'
import { isObject, type Json } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import { query, run, runOne, transact } from '../../db/query.ts'
import type { Identifier } from '../../profile/identifier.ts'
import type { Rules } from '../../profile/rules.ts'
import { tellingOf } from '../../profile/suppressed.ts'
import { identifiersOf } from '../identifiers.ts'
import { readSettings } from '../settings.ts'
import { type Around, callOfRow, identifierColumns, type Row } from './profile-row.ts'

const [pack, unpack] = [promisify(gzip), promisify(gunzip)]

type File = Omit<Around, 'identifiers' | 'spaceId'>
type Running = File & { readonly part: number }

const partsThatWait = async (db: Db, spaceId: string): Promise<readonly Running[]> => {
  const files = await run(
    db,
    query(
      'import.with_parts',
      sql<File>`select id as "importId", started_at as "startedAt", header from import
        where space_id = ${spaceId} and kind = 'profiles' and status = 'RUNNING' order by id`,
    ),
  )
  if (files.length === 0) return []
  const parts = await run(
    db,
    query(
      'import_part.waiting',
      sql<{ importId: string; part: number }>`select import_id as "importId", part from import_part
        where space_id = ${spaceId} order by import_id, part`,
    ),
  )
  return files.flatMap((file) => parts.filter((each) => each.importId === file.importId).map(({ part }) => ({ ...file, part })))
}

const contentOf = async (db: Db, spaceId: string, { importId, part }: Running): Promise<Buffer | undefined> =>
  (
    await runOne(
      db,
      query(
        'import_part.to_forget',
        sql<{ content: Buffer }>`select content from import_part
          where space_id = ${spaceId} and import_id = ${importId} and part = ${part}::bigint`,
      ),
    )
  )?.content

const textAt = (from: Json | undefined): string | undefined => (typeof from === 'string' ? from : undefined)
const objectAt = (from: Json | undefined) => (isObject(from) ? from : {})

const namedBy = (around: Around, rules: Rules, row: Row): readonly Identifier[] => {
  const call = callOfRow(around, row) ?? {}
  const { identifiers, blocked } = identifiersOf(
    {
      userId: textAt(call['userId']),
      anonymousId: textAt(call['anonymousId']),
      traits: objectAt(call['traits']),
      contextTraits: {},
      properties: {},
      context: objectAt(call['context']),
    },
    rules,
  )
  return tellingOf([...identifiers, ...blocked])
}

type Key = { readonly text: string; readonly value: string }
const keyOf = ({ type, value }: Identifier): Key => ({
  text: `${type} ${value}`,
  value: JSON.stringify(value).slice(1, -1).toLowerCase(),
})

const withoutThem = (around: Around, rules: Rules, text: string, keys: readonly Key[]): readonly Row[] | undefined => {
  // Most parts name none of them: that costs a search and no more. A phone number is spelled in many ways, so its last digits are looked for.
  const lower = text.toLowerCase()
  if (!keys.some(({ text: key, value }) => lower.includes(key.startsWith('phone ') ? value.slice(-2) : value))) return undefined
  const texts = new Set(keys.map((key) => key.text))
  const rows = JSON.parse(text) as readonly Row[]
  const left = rows.filter((row) => !namedBy(around, rules, row).some((id) => texts.has(keyOf(id).text)))
  return left.length < rows.length ? left : undefined
}

type Held = { readonly reached: number; readonly busy: boolean }

const holdImport = (tx: Db, spaceId: string, importId: string, now: Date): Promise<Held | undefined> =>
  runOne(
    tx,
    query(
      'import.hold',
      sql<Held>`select reached, claim is not null and claimed_until >= ${now}::timestamptz as busy from import
        where space_id = ${spaceId} and id = ${importId} for update`,
    ),
  )

/** Answers whether it could be: not while a worker stores the rows of this part. */
const rewrite = (db: Db, spaceId: string, { importId, part }: Running, before: number, left: readonly Row[], now: Date) =>
  transact(db, async (tx): Promise<boolean> => {
    const held = await holdImport(tx, spaceId, importId, now)
    if (!held || held.reached > part) return true
    if (held.reached === part && held.busy) return false
    const content = await pack(JSON.stringify(left))
    await run(
      tx,
      query(
        'import_part.rewrite',
        sql`update import_part set content = ${content}
          where space_id = ${spaceId} and import_id = ${importId} and part = ${part}::bigint`,
      ),
    )
    await run(
      tx,
      query(
        'import.expect_fewer',
        sql`update import set expected = expected - ${before - left.length}::bigint where space_id = ${spaceId} and id = ${importId}`,
      ),
    )
    return true
  })

export type Forgotten = {
  /** Parts of files that named them. */
  readonly parts: number
  /** A worker stores rows of theirs at this moment: ask again when it is through with them. */
  readonly underWay: boolean
}

/**
 * Takes the rows that name somebody by one of these identifiers out of the files of people that are not done, as if the files had never had
 * them. What names them is read from a row as it is when the row is stored: a device of theirs counts where nothing says that somebody else
 * used it. Two rows that only name each other, of which one is taken out, are not known to be one person.
 */
export const forgetRows = async (db: Db, spaceId: string, named: readonly Identifier[], now: Date): Promise<Forgotten> => {
  const waiting = await partsThatWait(db, spaceId)
  if (waiting.length === 0) return { parts: 0, underWay: false }
  const { rules } = await readSettings(db, spaceId, now)
  const identifiers = identifierColumns(rules.known)
  const keys = named.map(keyOf)
  let [parts, underWay] = [0, false]
  for (const running of waiting) {
    const content = await contentOf(db, spaceId, running)
    if (!content) continue
    const text = (await unpack(content)).toString('utf8')
    const left = withoutThem({ ...running, spaceId, identifiers }, rules, text, keys)
    if (!left) continue
    if (await rewrite(db, spaceId, running, (JSON.parse(text) as readonly Row[]).length, left, now)) parts++
    else underWay = true
  }
  return { parts, underWay }
}
