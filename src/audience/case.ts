import { milliseconds } from '../base/duration.ts'
import { Invalid } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { undone } from '../db/undone.ts'
import { ensurePartitions } from '../event/partitions.ts'
import { ingestCalls } from '../ingest/ingest.ts'
import type { Collection } from '../profile/identifier.ts'
import { createSource, createSpace } from '../space/space.ts'
import type { Condition } from './condition.ts'
import { evaluateSpaceFully } from './evaluate-fully.ts'
import { type Explanation, explain, profileIdOf } from './explain.ts'
import { eligibilityOf, type Options } from './options.ts'
import { create } from './save.ts'
import { definitionOf, type Kind } from './store.ts'
import { pointedAt } from './text/condition.ts'

/*
 * A case is a small history and who is in an audience after it. It is played for real: the calls go through `ingest` into a space of their
 * own, everything is computed by the one compiler, and the transaction around it is undone, so that nothing of it is ever seen.
 */

/** A definition that a case may use; the one that is asked about among them. */
export type CaseDefinition = {
  readonly kind: Kind
  readonly key: string
  readonly definition: JsonObject
  readonly options: Options
  readonly collection?: Collection | undefined
  /** The text that it was read from: what is refused is pointed at in it. */
  readonly query?: string | undefined
}

/** People are written as user ids, accounts as group ids, or both as `type:value`. A call's `timestamp` may be `3 days ago`; without one it happens at `at`. */
export type Case = {
  readonly name: string
  readonly audience: string
  readonly at: Date
  readonly calls: readonly JsonObject[]
  readonly in: readonly string[]
  readonly out: readonly string[]
}

export type Wrong = { readonly person: string; readonly expected: 'in' | 'out'; readonly why: Explanation }
export type CaseResult = { readonly name: string; readonly passed: boolean; readonly wrong: readonly Wrong[] }

const AGO = /^(.+) ago$/

const dated = (call: JsonObject, at: Date): JsonObject => {
  const { timestamp } = call
  if (timestamp === undefined) return { ...call, timestamp: at.toISOString() }
  const [, duration] = typeof timestamp === 'string' ? (AGO.exec(timestamp) ?? []) : []
  return duration === undefined ? call : { ...call, timestamp: new Date(at.getTime() - milliseconds(duration)).toISOString() }
}

type Play = { readonly id: string; readonly random: (bytes: number) => Uint8Array; readonly now: Date }

const send = async (tx: Db, one: Case, calls: readonly JsonObject[], { id, random }: Play): Promise<void> => {
  const results = await ingestCalls(tx, { spaceId: id, sourceId: `src_${id}` }, calls, { receivedAt: one.at, random })
  const problems = results.flatMap((result, place) =>
    result.status === 'stored'
      ? []
      : [{ field: `calls.${place}`, message: result.status === 'dropped' ? result.message : `is ${result.status}` }],
  )
  if (problems.length > 0) throw new Invalid('case', problems)
}

// A slow condition must not hold the connection: a case is a handful of people.
const LIMITS = { incrementalMs: 10_000, fullMs: 10_000 }

const wrongOf = async (tx: Db, one: Case, { id }: Play): Promise<readonly Wrong[]> => {
  const audience = await definitionOf(tx, 'audience', id, one.audience)
  const scope = { spaceId: id, now: one.at, ...eligibilityOf(audience.definition, audience), since: undefined }
  const asking = { id: audience.id, condition: audience.definition as unknown as Condition }
  const asked = (['in', 'out'] as const).flatMap((expected) => one[expected].map((person) => ({ person, expected })))
  const idType = audience.collection === 'accounts' ? 'group_id' : 'user_id'
  const wrong: Wrong[] = []
  for (const { person, expected } of asked) {
    const profileId = await profileIdOf(tx, id, person.includes(':') ? person : `${idType}:${person}`)
    const why = await explain(tx, scope, asking, profileId)
    if (why.matches !== (expected === 'in')) wrong.push({ person, expected, why })
  }
  return wrong
}

const inDefinition = ({ kind, key, query }: CaseDefinition, error: unknown): unknown => {
  if (!(error instanceof Invalid)) return error
  const problems = query === undefined ? error.problems : pointedAt(query, kind, error.problems)
  const list = kind === 'audience' ? 'audiences' : 'computedTraits'
  return new Invalid(
    error.id,
    problems.map((each) => ({ ...each, field: `${list}.${key}.${each.field}` })),
  )
}

const play = async (tx: Db, definitions: readonly CaseDefinition[], one: Case, calls: readonly JsonObject[], how: Play) => {
  const { id } = how
  await createSpace(tx, { id, slug: id, name: id }, one.at)
  await createSource(tx, { spaceId: id, id: `src_${id}`, name: 'case', kind: 'server', writeKey: `key_${id}` }, one.at)
  await send(tx, one, calls, how)
  for (const each of definitions) {
    const { kind, key, definition, options, collection } = each
    const saved = { name: key, key, description: '', enabled: true, definition, options, collection }
    await create(tx, kind, { spaceId: id, by: 'case', now: one.at }, key, saved).catch((error: unknown) => {
      throw inDefinition(each, error)
    })
  }
  await evaluateSpaceFully(tx, id, one.at, LIMITS)
  return wrongOf(tx, one, how)
}

/**
 * Plays a case and answers who is not where the case expects them, each with the reason. Definitions come in the order in which they may
 * be saved. Nothing is kept. @throws Invalid for a call or definition that a space would not take; Refused 404 for somebody who is nowhere
 * in the history.
 */
export const runCase = async (db: Db, definitions: readonly CaseDefinition[], one: Case, how: Play): Promise<CaseResult> => {
  const calls = one.calls.map((call) => dated(call, one.at))
  // Outside of the transaction: partitions are remembered as being there.
  await ensurePartitions(db, instantsOf(calls, one.at), how.now)
  const wrong = await undone(db, (tx) => play(tx, definitions, one, calls, how))
  return { name: one.name, passed: wrong.length === 0, wrong }
}

const instantsOf = (calls: readonly JsonObject[], at: Date): readonly number[] =>
  calls.map(({ timestamp }) => Date.parse(String(timestamp))).map((instant) => (Number.isNaN(instant) ? at.getTime() : instant))
