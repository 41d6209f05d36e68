import type { Json, JsonObject } from '../base/json.ts'
import { switchGate } from '../catalog/gate.ts'
import { switchedOff } from '../catalog/switch.ts'
import type { Db } from '../db/database.ts'
import { destinationsAt } from '../destination/enqueue.ts'
import { type Gate, PASS, type Verdict } from '../event/verdict.ts'
import { filterGate, filtersAt } from '../filter/gate.ts'
import { ALL_SOURCES } from '../space/gate.ts'
import type { Controls } from '../tracking-plan/controls.ts'
import { planGate } from '../tracking-plan/gate.ts'
import { plannedAt, sourceName } from '../tracking-plan/load.ts'
import { transformationGate, transformationsAt } from '../transformation/gate.ts'
import type { Call, Wire } from './call.ts'
import { reparse } from './parse.ts'
import { problem } from './problems.ts'
import type { CallRule, Verdict as RuleVerdict } from './rule.ts'

/** The revision of each source's rules at the door; a source that is not named has none. */
export type Gated = Readonly<Record<string, number>>

/** Which plan a source's calls are asked by, and where what breaks it is forwarded. */
export type Planned = {
  readonly planId: string
  readonly planName: string
  readonly sourceName: string
  readonly controls: Controls
}
type Door = { readonly gates: readonly Gate[]; readonly destinations: readonly string[]; readonly planned?: Planned }

/** What the rules said of a call beyond letting it pass. */
export type Noted = {
  readonly call: Call
  readonly seen: JsonObject
  readonly verdict: Verdict
  readonly planned: Planned | undefined
}

const MOST_KEPT = 1_000
const kept = new Map<string, Door>()
const NO_DOOR: Door = { gates: [], destinations: [] }

const load = async (db: Db, spaceId: string, sourceId: string): Promise<Door> => {
  const filters = await filtersAt(db, spaceId, sourceId)
  const destinations = await destinationsAt(db, spaceId, sourceId)
  const there = await plannedAt(db, spaceId, sourceId)
  const gates = filters.length === 0 ? [] : [filterGate(filters)]
  // Transformations are the last: what is planned and filtered are the names that were sent (spec/connections §0).
  const transformations = await transformationsAt(db, spaceId, sourceId)
  const last = transformations.length === 0 ? [] : [transformationGate(transformations)]
  // Where a plan is connected, only its controls block (spec/connections §2.4).
  if (!there) {
    const off = await switchedOff(db, spaceId, sourceId)
    const switches = off.length === 0 ? [] : [switchGate(off)]
    // The schema page shows the names that are stored, so a switch is asked of them, too.
    return { gates: [...gates, ...switches, ...last, ...(last.length === 0 ? [] : switches)], destinations }
  }
  const { plan, controls } = there
  const planned = { planId: plan.id, planName: plan.name, sourceName: await sourceName(db, spaceId, sourceId), controls }
  return { gates: [...gates, planGate(plan, sourceId, controls), ...last], destinations, planned }
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

/** A call as the rules see it: as it came, with its type, its messageId and its batch's context. */
export const seenOf = (call: Call, { item }: Wire): JsonObject => ({
  ...item,
  type: call.type,
  messageId: call.messageId,
  context: JSON.parse(call.context) as Json,
})

const ruleOf =
  (gate: Gate, planned: Planned | undefined, noted: Noted[]): CallRule =>
  (call): RuleVerdict => {
    if (!call.wire) return 'pass'
    const seen = seenOf(call, call.wire)
    const verdict = gate(seen)
    if (verdict === PASS) return 'pass'
    noted.push({ call, seen, verdict, planned })
    if (verdict.kind === 'pass') return 'pass'
    if (verdict.kind === 'drop') return { drop: { code: verdict.code, reason: verdict.reason, subject: verdict.by } }
    const parsed = reparse(call, call.wire, verdict.call)
    if (parsed.kind === 'call') return { change: parsed.call }
    const { code, message } = parsed.kind === 'problem' ? parsed.problem : problem('bad_request')
    return { drop: { code, reason: message } }
  }

export type Gates = { readonly rulesOf: (sourceId: string) => readonly CallRule[]; readonly noted: readonly Noted[] }

const NO_RULES: readonly CallRule[] = []
const OPEN: Gates = { rulesOf: () => NO_RULES, noted: [] }

/** The rules at the doors of these sources, for one batch; `noted` fills while they are asked. Where the space has none, nothing is looked up. */
export const openGates = async (db: Db, spaceId: string, sourceIds: Iterable<string>, gated: Gated): Promise<Gates> => {
  if (Object.keys(gated).length === 0) return OPEN
  const noted: Noted[] = []
  const rules = new Map<string, readonly CallRule[]>()
  for (const sourceId of new Set(sourceIds)) {
    const { gates, planned } = await doorOf(db, spaceId, sourceId, gated)
    if (gates.length > 0)
      rules.set(
        sourceId,
        gates.map((gate) => ruleOf(gate, planned, noted)),
      )
  }
  return { rulesOf: (sourceId) => rules.get(sourceId) ?? NO_RULES, noted }
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
