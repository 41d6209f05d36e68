import { sql } from 'kysely'
import { isObject, type Json } from '../base/json.ts'
import { linearPattern } from '../base/linear-pattern.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { IdentifierRuleRow } from '../db/rows/profile.ts'

/** How identifiers of one type are treated (spec/audiences §5.2). `since` is the start of the period that the limit counts, if it has one. */
export type Rule = { readonly limit: number; readonly since: Date | undefined; readonly blocked: (value: string) => boolean }

/** The rules of one space, as they are in force for one batch. */
export type Rules = {
  readonly of: (type: string) => Rule
  /** Negative when the first type is kept rather than the second. */
  readonly compare: (type: string, other: string) => number
  /** Types that a person wants read from traits and properties of their name, too. */
  readonly configured: readonly string[]
  readonly known: ReadonlySet<string>
}

/** The system's caps: beyond them nothing more is merged or mapped, while events keep finding their profile (spec/audiences §5.3). */
export const MOST_MERGES = 100
export const MOST_IDENTIFIERS = 1_000
/** Types in the settings of one space: all are read with every batch, and whoever holds a write key can make some up. Others go by the defaults. */
export const MOST_TYPES = 500

/** The highest number that a priority may be. */
export const MOST_PRIORITY = 1_000
const UNNUMBERED = MOST_PRIORITY + 1
/** The priority of a type that is put aside before those that have no number. */
export const LAST = UNNUMBERED + 1

const DEFAULT_LIMIT = 5
/** What names nobody, where a space says nothing else (spec/audiences §5.2). */
export const DEFAULT_BLOCKED: readonly Json[] = [{ regex: '^[0-]*$' }, '-1', 'null', 'anonymous']
const FIRST: readonly string[] = ['user_id', 'email']
const PERIOD_DAYS: Readonly<Record<string, number>> = { weekly: 7, monthly: 30, annually: 365 }

const matcher = (blocked: readonly Json[]): ((value: string) => boolean) => {
  const exact = new Set(blocked.filter((entry) => typeof entry === 'string'))
  const patterns = blocked.flatMap((entry) =>
    isObject(entry) && typeof entry['regex'] === 'string' ? [linearPattern(entry['regex'])] : [],
  )
  return (value) => exact.has(value) || patterns.some((pattern) => pattern.test(value))
}
const blockedByDefault = matcher(DEFAULT_BLOCKED)

const defaultPriority = (type: string): number => {
  const place = FIRST.indexOf(type)
  return place === -1 ? UNNUMBERED : place + 1
}

/** How many values of a type one profile has at most, where nobody says otherwise. */
export const defaultLimit = (type: string): number => (type === 'user_id' ? 1 : DEFAULT_LIMIT)

const defaultRule = (type: string): Rule => ({
  limit: defaultLimit(type),
  since: undefined,
  blocked: blockedByDefault,
})

const ruleFrom = (row: IdentifierRuleRow, now: Date): Rule => {
  const days = PERIOD_DAYS[row.period]
  return {
    limit: row.value_limit,
    since: days === undefined ? undefined : new Date(now.getTime() - days * 86_400_000),
    blocked: row.blocked === null ? blockedByDefault : matcher(row.blocked),
  }
}

/** Rules from their rows, defaults where there is none: `user_id` first and one value ever, `email` second, the others in alphabetical order, and behind them what shall be `LAST`. */
export const rulesFrom = (rows: readonly IdentifierRuleRow[], now: Date): Rules => {
  const rules = new Map(rows.map((row) => [row.type, ruleFrom(row, now)]))
  const priorities = new Map(rows.map((row) => [row.type, row.priority ?? defaultPriority(row.type)]))
  const priority = (type: string): number => priorities.get(type) ?? defaultPriority(type)
  return {
    of: (type) => rules.get(type) ?? defaultRule(type),
    compare: (type, other) => {
      const [mine, theirs] = [priority(type), priority(other)]
      return mine === theirs ? (type < other ? -1 : type > other ? 1 : 0) : mine - theirs
    },
    configured: rows.filter((row) => !row.seen && row.reads_traits).map((row) => row.type),
    known: new Set(rules.keys()),
  }
}

/** How a space recognises people, type by type, as it is stored; what has no row has the defaults (spec/audiences §5.2). */
export const storedRules = (db: Db, spaceId: string): Promise<readonly IdentifierRuleRow[]> =>
  run(
    db,
    query(
      'identifier_rule.of_space',
      sql<IdentifierRuleRow>`select * from identifier_rule where space_id = ${spaceId} order by type`,
    ),
  )

/** Has whoever else writes the rules of a space wait for the end of this transaction, so that two do not take the last place of `MOST_TYPES`. */
export const lockRules = async (tx: Db, spaceId: string): Promise<void> => {
  await run(tx, query('identifier_rule.lock_space', sql`select id from space where id = ${spaceId} for update`))
}

/** Adds types that turned up in `context.externalIds` to the space's settings, where there is room (spec/audiences §5.1). A transaction of its own (R11). */
export const addSeenTypes = async (db: Db, spaceId: string, types: readonly string[]): Promise<void> => {
  if (types.length === 0) return
  await transact(db, async (tx) => {
    await lockRules(tx, spaceId)
    const known = new Set((await storedRules(tx, spaceId)).map(({ type }) => type))
    const added = types.filter((type) => !known.has(type)).slice(0, Math.max(0, MOST_TYPES - known.size))
    await run(
      tx,
      query(
        'identifier_rule.add_seen',
        sql`insert into identifier_rule (space_id, type, value_limit, seen)
          select ${spaceId}, r.type, ${DEFAULT_LIMIT}::integer, true from unnest(${added.toSorted()}::text[]) as r (type) on conflict do nothing`,
      ),
    )
  })
}
