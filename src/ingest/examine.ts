import type { JsonObject } from '../base/json.ts'
import { switchedOff } from '../catalog/switch.ts'
import type { Db } from '../db/database.ts'
import type { Violation } from '../event/verdict.ts'
import { filtersAt } from '../filter/gate.ts'
import type { Identifier } from '../profile/identifier.ts'
import { planAt } from '../tracking-plan/connect.ts'
import { transformationsAt } from '../transformation/gate.ts'
import type { Arrival } from './arrival.ts'
import type { Call } from './call.ts'
import { forwardsOf } from './forward.ts'
import { type Noted, openGates } from './gates.ts'
import { identifiersOf } from './identifiers.ts'
import { throughInserts } from './insert.ts'
import { type Judged, judgeArrivals } from './judge.ts'
import type { Problem } from './problems.ts'
import { readSettings } from './settings.ts'
import { refuseSuppressed } from './suppressed.ts'

/** What one kind of rule at the door said of a call. `asked` is false where an earlier rule had dropped it, or there is none of the kind. */
export type Said = {
  readonly asked: boolean
  readonly verdict: 'pass' | 'change' | 'drop'
  /** The filter, plan or event that decided. */
  readonly by?: string
  readonly reason?: string
  readonly violations: readonly Violation[]
  readonly omitted: readonly string[]
}

/** What the door makes of one call before anything is stored, rule by rule. */
export type Examined = {
  /** As it goes on: after every rule that changed it. Undefined where it does not. */
  readonly call: Call | undefined
  /** The same on the wire, where a rule changed it. */
  readonly changed: JsonObject | undefined
  readonly fate: Judged['kind']
  readonly problem: Problem | undefined
  readonly filters: Said & { readonly names: readonly string[] }
  readonly plan: Said & { readonly name: string | undefined }
  readonly switches: Said & { readonly off: number }
  readonly insert: Said & { readonly name: string | undefined; readonly did: readonly string[] }
  readonly transformations: Said & { readonly did: readonly string[] }
  readonly identifiers: readonly Identifier[]
  readonly blocked: readonly Identifier[]
  /** Calls that go into other sources because of this one. */
  readonly forwards: readonly Arrival[]
}

type Kind = 'filters' | 'plan' | 'switches' | 'insert' | 'transformations'
const KINDS: readonly Kind[] = ['filters', 'plan', 'switches', 'insert', 'transformations']

const kindOf = ({ verdict, planned, inserted }: Noted): Kind => {
  if (inserted) return 'insert'
  if (verdict.kind === 'drop' && (verdict.code === 'event_filter' || verdict.code === 'event_filter_failed')) return 'filters'
  if (verdict.kind === 'drop' ? verdict.code === 'transformation' : verdict.kind === 'change' && verdict.did)
    return 'transformations'
  // Where a plan is connected, nothing else switches.
  return planned ? 'plan' : 'switches'
}

const saidOf = (kind: Kind, there: boolean, noted: readonly Noted[]): Said => {
  const own = noted.find((each) => kindOf(each) === kind)
  const dropped = noted.find(({ verdict }) => verdict.kind === 'drop')
  const before = dropped !== undefined && KINDS.indexOf(kindOf(dropped)) < KINDS.indexOf(kind)
  const asked = there && !before
  if (!own) return { asked, verdict: 'pass', violations: [], omitted: [] }
  const { verdict } = own
  return {
    asked,
    verdict: verdict.kind,
    ...(verdict.kind === 'drop' ? { by: verdict.by, reason: verdict.reason } : {}),
    violations: verdict.violations ?? [],
    omitted: verdict.kind === 'change' ? (verdict.omitted ?? []) : [],
  }
}

const didOf = (noted: readonly Noted[], kind: Kind): readonly string[] =>
  noted.flatMap((one) => (kindOf(one) === kind && one.verdict.kind === 'change' ? (one.verdict.did ?? []) : []))

/**
 * Asks the rules of a source about one call, as ingestion does, and answers what each said. Reads and writes nothing else: `storeArrivals`
 * beside it says what is stored.
 */
export const examine = async (db: Db, spaceId: string, given: Arrival, now: Date): Promise<Examined> => {
  const { sourceId } = given
  const settings = await readSettings(db, spaceId, now)
  const [arrival = given] = settings.suppressing ? await refuseSuppressed(db, spaceId, [given], settings.rules) : [given]
  const filters = await filtersAt(db, spaceId, sourceId)
  const plan = await planAt(db, spaceId, sourceId)
  const off = await switchedOff(db, spaceId, sourceId)
  const transformations = await transformationsAt(db, spaceId, sourceId)
  const gates = await openGates(db, spaceId, [sourceId], settings.gated)
  const { noted } = gates
  const [judged] = judgeArrivals([arrival], settings, gates.rulesOf, await throughInserts(spaceId, [arrival], gates))
  const insert = gates.insertOf(sourceId)?.insert
  const changes = noted.flatMap(({ verdict }) => (verdict.kind === 'change' ? [verdict.call] : []))
  const call = judged?.kind === 'kept' ? judged.identified.call : undefined
  const parsed = call ?? (arrival.parsed.kind === 'call' ? arrival.parsed.call : undefined)
  const found = parsed ? identifiersOf(parsed.places, settings.rules) : { identifiers: [], blocked: [] }
  const readable = arrival.parsed.kind === 'call'
  return {
    call,
    changed: changes.at(-1),
    fate: judged?.kind ?? 'dropped',
    problem: judged?.kind === 'dropped' ? judged.problem : undefined,
    filters: { ...saidOf('filters', readable && filters.length > 0, noted), names: filters.map(({ name }) => name) },
    plan: { ...saidOf('plan', readable && plan !== undefined, noted), name: plan?.name },
    switches: { ...saidOf('switches', readable && !plan && off.length > 0, noted), off: plan ? 0 : off.length },
    insert: { ...saidOf('insert', readable && insert !== undefined, noted), name: insert?.name, did: didOf(noted, 'insert') },
    transformations: {
      ...saidOf('transformations', readable && transformations.length > 0, noted),
      did: didOf(noted, 'transformations'),
    },
    ...found,
    forwards: forwardsOf(noted),
  }
}
