import { sql } from 'kysely'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { codeReachOf } from '../db/code-reach.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import type { FunctionInstanceRow } from '../db/rows/function.ts'
import { PASS, type Verdict } from '../event/verdict.ts'
import { FAILURES } from './failure.ts'
import type { FailureKind, Outcome } from './sandbox/wire.ts'
import { type Code, callCode } from './sandbox.ts'
import { valuesOf } from './setting.ts'

/** An insert function where it hangs, ready to be asked; `code` is undefined where its settings cannot be read. */
export type Insert = {
  readonly functionId: string
  readonly name: string
  readonly code: Code | undefined
  readonly hosts: ReadonlySet<string>
}

/** An event that code gives back may have so many bytes (spec/connections §4.2). */
const MOST_BYTES = 32 * 1024

type Row = Pick<FunctionInstanceRow, 'id' | 'settings' | 'secrets' | 'limit_seconds' | 'updated_at'> & {
  readonly function_id: string
  readonly name: string
  readonly number: number
  readonly code: string
}

const codeOf = (db: Db, row: Row): Code | undefined => {
  try {
    const { shown, secret } = valuesOf(db, row)
    const key = `${row.id} ${row.number} ${row.updated_at.toISOString()}`
    return { key, code: row.code, settings: JSON.stringify({ ...shown, ...secret }), limitMs: row.limit_seconds * 1_000 }
  } catch {
    return undefined
  }
}

/** The function that is switched on at a source or destination, as it is deployed; undefined where there is none. */
export const insertAt = async (db: Db, spaceId: string, integrationId: string): Promise<Insert | undefined> => {
  const row = await runOne(
    db,
    query(
      'function_instance.at',
      sql<Row>`select i.id, i.settings, i.secrets, i.limit_seconds, i.updated_at, f.id as function_id, f.name, v.number, v.code
        from function_instance i
          join function f on f.id = i.function_id
          join function_version v on v.function_id = f.id and v.number = f.deployed
        where i.space_id = ${spaceId} and f.space_id = ${spaceId} and v.space_id = ${spaceId}
          and i.integration_id = ${integrationId} and i.enabled`,
    ),
  )
  if (!row) return undefined
  return { functionId: row.function_id, name: row.name, code: codeOf(db, row), hosts: codeReachOf(db).hosts }
}

const HANDLER: Readonly<Record<string, string>> = {
  identify: 'onIdentify',
  track: 'onTrack',
  page: 'onPage',
  screen: 'onScreen',
  group: 'onGroup',
  alias: 'onAlias',
}
/** The handler of a call's type. */
export const handlerOf = (type: Json | undefined): string => HANDLER[`${type}`] ?? 'onTrack'

const MOST_WORDS = 10
const DEEPEST = 3
/** Where two values differ, in words. */
const changesIn = (before: Json | undefined, after: Json | undefined, path: string, depth: number): readonly string[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (before === undefined) return [`added ${path}`]
  if (after === undefined) return [`removed ${path}`]
  if (!isObject(before) || !isObject(after) || depth === DEEPEST) return [`changed ${path}`]
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key) => changesIn(before[key], after[key], path === '' ? key : `${path}.${key}`, depth + 1))
}

const dropped = (
  insert: Pick<Insert, 'functionId' | 'name'>,
  kind: FailureKind | 'InvalidSettings',
  message: string,
): Verdict => {
  const { code, name } = FAILURES[kind]
  const reason = kind === 'DropEvent' ? 'is dropped' : `is not taken (${name})`
  return {
    kind: 'drop',
    code,
    reason: `${reason} by the function "${insert.name}"${message === '' ? '' : `: ${message}`}`,
    by: insert.functionId,
  }
}

const jsonIn = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}

/** What a function says of a call by what it gave for it. */
export const verdictOf = (insert: Pick<Insert, 'functionId' | 'name'>, call: JsonObject, outcome: Outcome): Verdict => {
  if ('failure' in outcome) {
    const { kind, message, line } = outcome.failure
    return dropped(insert, kind, line === undefined || kind === 'DropEvent' ? message : `${message} (line ${line})`)
  }
  const reject = (message: string): Verdict => dropped(insert, 'InvalidEventPayload', message)
  if (outcome.gave === null) return reject('it gave nothing back; return the event, or throw DropEvent')
  if (Buffer.byteLength(outcome.gave) > MOST_BYTES) return reject('the message is too large: more than 32 KB')
  const given = jsonIn(outcome.gave)
  if (!isObject(given)) return reject('what it gave back is no event')
  // Which handler is asked, and what is kept of a call, follows from its type.
  if (given['type'] !== call['type']) return reject('it changed the type of the event')
  const all = changesIn(call, given, '', 0)
  if (all.length === 0) return PASS
  const shown = all.length > MOST_WORDS ? [...all.slice(0, MOST_WORDS), `${all.length - MOST_WORDS} more`] : all
  return { kind: 'change', call: given, did: shown.map((one) => `${insert.name}: ${one}`) }
}

/**
 * Asks an insert function about calls of the wire, all at once, and says in their order what is to become of each. What it throws, and what it gives
 * back that is no event, is a drop with its code and reason. @throws Unavailable where no code can be run.
 */
export const askInsert = async (spaceId: string, insert: Insert, calls: readonly JsonObject[]): Promise<readonly Verdict[]> => {
  if (!insert.code)
    return calls.map(() => dropped(insert, 'InvalidSettings', 'its settings cannot be read: enter the sensitive ones again'))
  const asked = calls.map((call) => [handlerOf(call['type']), JSON.stringify(call)] as const)
  const outcomes = await callCode(spaceId, insert.code, asked, { hosts: insert.hosts })
  return outcomes.map((outcome, at) => verdictOf(insert, calls[at] ?? {}, outcome))
}
