import { sql } from 'kysely'
import { changesAt, type Looked, lookAt } from '../../audience/look.ts'
import { Unavailable } from '../../base/errors.ts'
import { timeOrderedId } from '../../base/ids.ts'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { SourceRow } from '../../db/rows/space.ts'
import { undone } from '../../db/undone.ts'
import { ensurePartitions } from '../../event/partitions.ts'
import type { Arrival } from '../../ingest/arrival.ts'
import { MOST_CALL_BYTES } from '../../ingest/body.ts'
import type { Call } from '../../ingest/call.ts'
import { type Examined, examine, type Said } from '../../ingest/examine.ts'
import { storeArrivals } from '../../ingest/ingest.ts'
import { parseCall } from '../../ingest/parse.ts'
import { problem } from '../../ingest/problems.ts'
import type { Result } from '../../ingest/results.ts'
import { instantOf } from '../../ingest/time.ts'
import { hearOf } from '../../journey/hear-of.ts'
import { effectsOf, type Seen, seeBefore, seeEffects, whomOf } from './effects.ts'
import { NO_EFFECTS, type Tested } from './shapes.ts'

type Tools = { readonly db: Db; readonly random: (bytes: number) => Uint8Array }
type Source = Pick<SourceRow, 'space_id' | 'id' | 'enabled' | 'strict'>

/** A sample call as it would arrive by `POST /v1/<type>` at that instant. */
export const arrivalOf = (source: Source, raw: JsonObject, receivedAt: Date, random: Tools['random']): Arrival => {
  const around = { sourceId: source.id, receivedAt, newMessageId: () => timeOrderedId(receivedAt, random(10)) }
  const large = Buffer.byteLength(JSON.stringify(raw)) > MOST_CALL_BYTES
  const parsed = large
    ? { kind: 'problem' as const, messageId: undefined, problem: problem('item_too_large') }
    : parseCall(raw, around)
  return { raw, parsed, sourceId: source.id, receivedAt }
}

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

const timeOf = ({ raw, receivedAt, parsed }: Arrival): Tested['door']['time'] => {
  const item = isObject(raw) ? raw : {}
  const sentAt = instantOf(item['sentAt'])
  return {
    said: textOf(item['originalTimestamp'] ?? item['timestamp']),
    sentAt: textOf(item['sentAt']),
    receivedAt: receivedAt.toISOString(),
    clockSkewMs: sentAt === undefined ? null : receivedAt.getTime() - sentAt,
    timestamp: parsed.kind === 'call' ? parsed.call.timestamp.toISOString() : null,
  }
}

const saidOf = ({ violations, omitted, ...said }: Said) => ({
  ...said,
  violations: violations.map((each) => ({ ...each })),
  omitted: [...omitted],
})

const fateOf = (examined: Examined, result: Result | undefined): Tested['door']['fate'] => {
  if (result?.status === 'duplicate') return 'duplicate'
  return examined.fate === 'kept' ? 'taken' : examined.fate
}

const eventOf = (call: Call, { identifiers }: Examined): NonNullable<Tested['door']['event']> => ({
  type: call.type,
  name: call.name,
  messageId: call.messageId,
  properties: JSON.parse(call.properties) as Json,
  context: JSON.parse(call.context) as Json,
  identifiers: identifiers.map(({ type, value }) => ({ type, value })),
})

const doorOf = (source: Source, arrival: Arrival, examined: Examined, result: Result | undefined): Tested['door'] => {
  const { filters, plan, switches, insert, transformations, call, problem: wrong } = examined
  return {
    fate: fateOf(examined, result),
    ...(wrong ? { problem: { code: wrong.code, field: wrong.field, message: wrong.message, remedy: wrong.remedy } } : {}),
    answer: source.strict && wrong ? 400 : 200,
    time: timeOf(arrival),
    filters: { ...saidOf(filters), names: [...filters.names] },
    plan: { ...saidOf(plan), ...(plan.name === undefined ? {} : { name: plan.name }) },
    switches: { ...saidOf(switches), off: switches.off },
    insert: { ...saidOf(insert), ...(insert.name === undefined ? {} : { name: insert.name }), did: [...insert.did] },
    transformations: { ...saidOf(transformations), did: [...transformations.did] },
    ...(call ? { event: eventOf(call, examined) } : {}),
    forwards: examined.forwards.map(({ sourceId, parsed }) => ({
      sourceId,
      name: parsed.kind === 'call' ? parsed.call.name : '',
    })),
  }
}

// What is tried out waits for nobody long, and nobody waits long for it.
const bound = (tx: Db) =>
  run(
    tx,
    query(
      'test_call.bound',
      sql`select set_config('lock_timeout', '3000', true), set_config('statement_timeout', '10000', true), set_config('jit', 'off', true)`,
    ),
  )

type Played = {
  readonly examined: Examined
  readonly result: Result | undefined
  readonly looked: Looked
  readonly seen: Seen | undefined
}
const NOTHING: Looked = { asked: 0, unasked: [] }

const play = async (tx: Db, random: Tools['random'], spaceId: string, arrival: Arrival): Promise<Played> => {
  const now = arrival.receivedAt
  await bound(tx)
  const examined = await examine(tx, spaceId, arrival, now)
  const { results, profileOf } = await storeArrivals(tx, spaceId, [arrival], { now, random })
  const [result] = results
  const { call } = examined
  if (result?.status !== 'stored' || !call) return { examined, result, looked: NOTHING, seen: undefined }
  const profileIds = await whomOf(tx, spaceId, examined, call, profileOf(call.messageId))
  const looked = await lookAt(tx, spaceId, await changesAt(tx, spaceId, profileIds, now), now)
  await hearOf(tx, spaceId, profileIds, now, now)
  const asked = { spaceId, profileIds, messageId: call.messageId, since: now }
  return { examined, result, looked, seen: await seeEffects(tx, asked, examined, call) }
}

// Class 55 "object not in prerequisite state" has `lock not available`, 57014 is a statement that took too long.
const isBusy = (error: unknown): boolean => /^(55P03|57014)$/.test((error as { code?: string }).code ?? '')

/**
 * What a sample call would do: the door, identity, every audience and computed trait that would look, and the journeys that hear of it. Production's
 * own code in one transaction that is undone, so nothing of it is stored. @throws Unavailable while the same people are being written.
 */
export const tryCall = async (tools: Tools, source: Source, raw: JsonObject, now: Date): Promise<Tested> => {
  const { db, random } = tools
  const arrival = arrivalOf(source, raw, now, random)
  // Outside of the transaction: partitions are remembered as being there.
  if (arrival.parsed.kind === 'call') await ensurePartitions(db, [arrival.parsed.call.timestamp.getTime()], now)
  try {
    const { examined, result, looked, seen } = await undone(db, (tx) => play(tx, random, source.space_id, arrival))
    return {
      door: doorOf(source, arrival, examined, result),
      // After the transaction: all is as it was, and nobody holds two connections at once.
      effects: seen ? effectsOf(seen, await seeBefore(db, seen)) : NO_EFFECTS,
      looked: { asked: looked.asked, unasked: looked.unasked.map(({ id, key, kind, status }) => ({ id, key, kind, status })) },
      stored: false,
    }
  } catch (error) {
    if (!isBusy(error)) throw error
    throw new Unavailable('busy', 'The people of this call are being written by others just now; try again.', { cause: error })
  }
}
