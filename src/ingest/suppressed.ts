import { sql } from 'kysely'
import { isObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import type { Identifier } from '../profile/identifier.ts'
import type { Rules } from '../profile/rules.ts'
import { identifierHash, suppressedAmong, tellingOf } from '../profile/suppressed.ts'
import type { Arrival } from './arrival.ts'
import { identifiersOf } from './identifiers.ts'
import { type Problem, problem } from './problems.ts'

const SUPPRESSED = problem('user_suppressed')

/** Of a call that is dropped for this, nothing is kept but that there was one. */
export const isTraceless = ({ code }: Problem): boolean => code === SUPPRESSED.code

const textIn = (raw: unknown, key: string, type: string): readonly Identifier[] => {
  const value = isObject(raw) ? raw[key] : undefined
  return typeof value === 'string' ? [{ type, value }] : []
}

const namedBy = ({ parsed, raw }: Arrival, rules: Rules): readonly Identifier[] => {
  switch (parsed.kind) {
    case 'call':
    case 'filtered':
      return identifiersOf(parsed.call.places, rules).identifiers
    case 'problem':
      return [...textIn(raw, 'userId', 'user_id'), ...textIn(raw, 'anonymousId', 'anonymous_id')]
  }
}

/** Until when somebody was erased of whom a call that came before may be remembered in memory: now, while it goes on. Undefined where nobody was. */
export const erasedUntil = async (db: Db, spaceId: string, now: Date): Promise<Date | undefined> => {
  const row = await runOne(
    db,
    query(
      'regulation.erased_until',
      sql<{ at: Date | null }>`select max(coalesce(finished_at, ${now}::timestamptz)) as at from regulation
        where space_id = ${spaceId} and type not in ('SUPPRESS_ONLY', 'UNSUPPRESS') and status <> 'INITIALIZED'`,
    ),
  )
  return row?.at ?? undefined
}

type Asked = { readonly arrival: Arrival; readonly hashes: readonly string[] }

const askedOf = (db: Db, spaceId: string, arrival: Arrival, rules: Rules): Asked => {
  return { arrival, hashes: tellingOf(namedBy(arrival, rules)).map((id) => identifierHash(db, spaceId, id)) }
}

const refuse = (arrival: Arrival): Arrival => {
  const { parsed } = arrival
  const messageId = parsed.kind === 'call' ? parsed.call.messageId : parsed.messageId
  return { ...arrival, raw: undefined, parsed: { kind: 'problem', messageId, problem: SUPPRESSED } }
}

/**
 * Puts a refusal in the place of every call that names somebody who is suppressed: before any rule sees it, and without its content, so that
 * neither a sample nor a violation keeps it (spec/audiences §22.3).
 */
export const refuseSuppressed = async (
  db: Db,
  spaceId: string,
  arrivals: readonly Arrival[],
  rules: Rules,
): Promise<readonly Arrival[]> => {
  const asked = arrivals.map((arrival) => askedOf(db, spaceId, arrival, rules))
  const found = await suppressedAmong(
    db,
    spaceId,
    asked.flatMap(({ hashes }) => hashes),
  )
  return found.size === 0
    ? arrivals
    : asked.map(({ arrival, hashes }) => (hashes.some((h) => found.has(h)) ? refuse(arrival) : arrival))
}
