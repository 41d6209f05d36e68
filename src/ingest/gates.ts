import type { Json, JsonObject } from '../base/json.ts'
import { switchGate } from '../catalog/gate.ts'
import { switchedOff } from '../catalog/switch.ts'
import type { Db } from '../db/database.ts'
import { destinationsAt } from '../destination/enqueue.ts'
import { type Gate, PASS, type Verdict } from '../event/verdict.ts'
import { filterGate, filtersAt } from '../filter/gate.ts'
import { type Insert, insertAt } from '../function/insert.ts'
import { ALL_SOURCES } from '../space/gate.ts'
import type { Controls } from '../tracking-plan/controls.ts'
import { planGate } from '../tracking-plan/gate.ts'
import { plannedAt, sourceName } from '../tracking-plan/load.ts'
import { transformationGate, transformationsAt } from '../transformation/gate.ts'
import type { Call, Wire } from './call.ts'
import { integrationsOf, reparse } from './parse.ts'
import { problem, sentenceOf } from './problems.ts'
import type { CallRule, Verdict as RuleVerdict } from './rule.ts'
import { instantOf } from './time.ts'

/** The revision of each source's rules at the door; a source that is not named has none. */
export type Gated = Readonly<Record<string, number>>

/** Which plan a source's calls are asked by, and where what breaks it is forwarded. */
export type Planned = {
  readonly planId: string
  readonly planName: string
  readonly sourceName: string
  readonly controls: Controls
}
/** `after`: what is asked behind the source's insert function, where it has one. */
type Door = {
  readonly gates: readonly Gate[]
  readonly insert?: Insert | undefined
  readonly after: readonly Gate[]
  readonly destinations: readonly string[]
  readonly planned?: Planned
}

/** What the rules said of a call beyond letting it pass. */
export type Noted = {
  readonly call: Call
  readonly seen: JsonObject
  readonly verdict: Verdict
  readonly planned: Planned | undefined
  /** The insert function said it. */
  readonly inserted?: true
}

const MOST_KEPT = 1_000
const kept = new Map<string, Door>()
const NO_DOOR: Door = { gates: [], after: [], destinations: [] }

const load = async (db: Db, spaceId: string, sourceId: string): Promise<Door> => {
  const filters = await filtersAt(db, spaceId, sourceId)
  const destinations = await destinationsAt(db, spaceId, sourceId)
  const there = await plannedAt(db, spaceId, sourceId)
  // Apart: what the space does not want is still asked about by the filters of its source.
  const gates = [filters.filter(({ onward }) => onward), filters.filter(({ onward }) => !onward)]
    .filter((some) => some.length > 0)
    .map(filterGate)
  // Transformations are the last: what is planned and filtered are the names that were sent (spec/connections §0).
  const transformations = await transformationsAt(db, spaceId, sourceId)
  const last = transformations.length === 0 ? [] : [transformationGate(transformations)]
  // The insert function stands before them: it sees what was sent and let in, and they change what it gives (spec/connections §0).
  const insert = await insertAt(db, spaceId, sourceId)
  const doorWith = (first: readonly Gate[], behind: readonly Gate[]): Door =>
    insert ? { gates: first, insert, after: behind, destinations } : { gates: [...first, ...behind], after: [], destinations }
  // Where a plan is connected, only its controls block (spec/connections §2.4).
  if (!there) {
    const off = await switchedOff(db, spaceId, sourceId)
    const switches = off.length === 0 ? [] : [switchGate(off)]
    // The schema page shows the names that are stored, so a switch is asked of them, too.
    return doorWith([...gates, ...switches], [...last, ...(insert || last.length > 0 ? switches : [])])
  }
  const { plan, controls } = there
  const planned = { planId: plan.id, planName: plan.name, sourceName: await sourceName(db, spaceId, sourceId), controls }
  return { ...doorWith([...gates, planGate(plan, sourceId, controls)], last), planned }
}

// Compiled once for each revision: the number is read with every batch, so what is kept is never older than what is saved.
const doorOf = async (db: Db, spaceId: string, sourceId: string, gated: Gated): Promise<Door> => {
  const [all, own] = [gated[ALL_SOURCES], gated[sourceId]]
  if (all === undefined && own === undefined) return NO_DOOR
  const key = JSON.stringify([spaceId, sourceId, all, own])
  const there = kept.get(key)
  if (there) return there
  const loaded = await load(db, spaceId, sourceId)
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(key, loaded)
  return loaded
}

/** A call as the rules see it: as it came, with its type, its messageId and its batch's context and integrations. */
export const seenOf = (call: Call, { item, around }: Wire): JsonObject => ({
  ...item,
  type: call.type,
  messageId: call.messageId,
  context: JSON.parse(call.context) as Json,
  ...(around.integrations ? { integrations: integrationsOf({ item, around }) } : {}),
})

type Wired = Call & { readonly wire: Wire }
const isWired = (call: Call): call is Wired => call.wire !== undefined

// What a rule said is done: what it changed is checked again.
const apply = (call: Wired, wire: Wire, verdict: Verdict): RuleVerdict => {
  if (verdict.kind === 'pass') return 'pass'
  if (verdict.kind === 'drop') {
    const { code, reason, by: subject, onward } = verdict
    return { drop: { code, reason, subject, ...(onward ? { onward } : {}) } }
  }
  const parsed = reparse(call, wire, verdict.call)
  if (parsed.kind === 'call') return { change: parsed.call }
  const { code, message } = parsed.kind === 'problem' ? parsed.problem : problem('bad_request')
  return { drop: { code, reason: message } }
}

const ruleOf =
  (gate: Gate, planned: Planned | undefined, noted: Noted[]): CallRule =>
  (call, _, outside): RuleVerdict => {
    if (!isWired(call)) return 'pass'
    const seen = seenOf(call, call.wire)
    const verdict = gate(seen)
    if (verdict === PASS) return 'pass'
    // What the space does not want breaks no plan in it, and nothing of it is forwarded.
    if (!outside) noted.push({ call, seen, verdict, planned })
    return apply(call, call.wire, verdict)
  }

/** The insert function of a source: what it is asked, what its answer does to a call, and what is asked behind it. */
export type DoorInsert = {
  readonly insert: Insert
  readonly applied: (call: Call, seen: JsonObject, verdict: Verdict, outside: boolean) => RuleVerdict
  readonly after: readonly CallRule[]
}

// An event without a usable time happened when it was received, and one that a function gives another time happened then.
const timeGiven = (wire: Wire, seen: JsonObject, given: JsonObject): Wire | undefined => {
  const [was, is] = [seen, given].map((one) => one['originalTimestamp'] ?? one['timestamp'])
  if (was === is) return wire
  const at = instantOf(is)
  return at === undefined ? undefined : { ...wire, at }
}

// An answer that is no event is told as what it is, and by whom: nothing goes silently.
const insertOf = (insert: Insert, after: readonly CallRule[], noted: Noted[]): DoorInsert => {
  const refused = (reason: string): RuleVerdict => ({
    drop: {
      code: 'MESSAGE_REJECTED',
      reason: `is not taken (Message Rejected) by the function "${insert.name}": ${reason}`,
      subject: insert.functionId,
    },
  })
  const applied: DoorInsert['applied'] = (call, seen, verdict, outside) => {
    if (!isWired(call) || verdict === PASS) return 'pass'
    const wire = verdict.kind === 'change' ? timeGiven(call.wire, seen, verdict.call) : call.wire
    if (!wire) return refused('what it gave as timestamp is no time')
    const done = apply(call, wire, verdict)
    if (verdict.kind === 'change' && done !== 'pass' && 'drop' in done) {
      const parsed = reparse(call, wire, verdict.call)
      return refused(parsed.kind === 'problem' ? sentenceOf(parsed.problem) : 'it cannot be stored')
    }
    if (!outside) noted.push({ call, seen, verdict, planned: undefined, inserted: true })
    return done
  }
  return { insert, applied, after }
}

export type Gates = {
  /** Those before the insert function; all, where there is none. */
  readonly rulesOf: (sourceId: string) => readonly CallRule[]
  readonly insertOf: (sourceId: string) => DoorInsert | undefined
  /** Whether a source of the batch has an insert function. */
  readonly inserting: boolean
  readonly noted: readonly Noted[]
}

const NO_RULES: readonly CallRule[] = []
const OPEN: Gates = { rulesOf: () => NO_RULES, insertOf: () => undefined, inserting: false, noted: [] }

/** The rules at the doors of these sources, for one batch; `noted` fills while they are asked. Where the space has none, nothing is looked up. */
export const openGates = async (db: Db, spaceId: string, sourceIds: Iterable<string>, gated: Gated): Promise<Gates> => {
  if (Object.keys(gated).length === 0) return OPEN
  const noted: Noted[] = []
  const rules = new Map<string, readonly CallRule[]>()
  const inserts = new Map<string, DoorInsert>()
  for (const sourceId of new Set(sourceIds)) {
    const { gates, insert, after, planned } = await doorOf(db, spaceId, sourceId, gated)
    const rulesFor = (some: readonly Gate[]) => some.map((gate) => ruleOf(gate, planned, noted))
    if (gates.length > 0) rules.set(sourceId, rulesFor(gates))
    if (insert) inserts.set(sourceId, insertOf(insert, rulesFor(after), noted))
  }
  return {
    rulesOf: (sourceId) => rules.get(sourceId) ?? NO_RULES,
    insertOf: (sourceId) => inserts.get(sourceId),
    inserting: inserts.size > 0,
    noted,
  }
}

const NOWHERE: readonly string[] = []

/** The destinations of each of these sources, as they are switched on now. Where the space has no rules and no destinations, nothing is looked up. */
export const openDestinations = async (
  db: Db,
  spaceId: string,
  sourceIds: Iterable<string>,
  gated: Gated,
): Promise<(sourceId: string) => readonly string[]> => {
  if (Object.keys(gated).length === 0) return () => NOWHERE
  const found = new Map<string, readonly string[]>()
  for (const sourceId of new Set(sourceIds)) found.set(sourceId, (await doorOf(db, spaceId, sourceId, gated)).destinations)
  return (sourceId) => found.get(sourceId) ?? NOWHERE
}
