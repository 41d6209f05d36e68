import { milliseconds } from '../base/duration.ts'
import { LINKED } from '../profile/link.ts'
import type { Computation } from './computation.ts'

/** What may be asked of the events of a name: since when (ms; minus infinity: ever), and whether more than their being there. */
export type Needed = { readonly since: number; readonly whole: boolean }
type Selecting = { readonly event?: unknown; readonly measure?: { readonly kind?: unknown } }

type Windowed = { readonly name?: unknown; readonly within?: string; readonly between?: readonly [string, string] }

const WINDOWED = new Set(['name', 'where', 'within', 'between'])
const COUNTED = new Set(['name', 'within', 'between'])
const ALL = Number.NEGATIVE_INFINITY

const only = (selection: object, known: ReadonlySet<string>): boolean => Object.keys(selection).every((key) => known.has(key))

const sinceOf = (selection: Windowed, now: Date): number => {
  if (!only(selection, WINDOWED)) return ALL
  const ages = [selection.within, selection.between?.[1]].flatMap((age) => (age === undefined ? [] : [milliseconds(age)]))
  return ages.length === 0 ? ALL : now.getTime() - Math.max(...ages)
}

// Whatever selects events at any depth. What is not known here for certain is needed whole and of all times.
const mentionsIn = (definition: unknown, now: Date, found: (name: string, needed: Needed) => void): void => {
  if (typeof definition !== 'object' || definition === null) return
  const { event, measure } = definition as Selecting
  if (typeof event === 'object' && event !== null && 'name' in event) {
    const whole = measure?.kind !== 'count' || !only(event, COUNTED)
    found(String(event.name), { whole, since: sinceOf(event, now) })
  }
  for (const inner of Object.values(definition)) mentionsIn(inner, now, found)
}

// What is asked of the profile itself, its events and what is stored about it. Whatever else there will be may look at other profiles too.
const OWN = new Set(['and', 'or', 'not', 'trait', 'event', 'audience', 'any_element', 'property', 'context'])

const typesIn = (definition: unknown): readonly unknown[] => {
  if (typeof definition !== 'object' || definition === null) return []
  const inner = Object.values(definition).flatMap(typesIn)
  return 'type' in definition ? [definition.type, ...inner] : inner
}

/** Whether the copies of the profiles that are due, and of their events, are all that a computation asks. Accounts ask their people, and these their accounts. */
export const asksOfItsOwn = (computation: Computation): boolean =>
  !computation.references.traits.includes(LINKED) &&
  typesIn(computation.kind === 'audience' ? computation.condition : computation.definition).every((type) => OWN.has(String(type)))

// The calls of these types are told from track events of the same name by their type.
const NAMES_OF_CALLS = new Set(['identify', 'group', 'alias'])

type Names = ReadonlyMap<string, Needed>

const merged = (...all: readonly Names[]): Names => {
  const names = new Map<string, Needed>()
  for (const [name, more] of all.flatMap((each) => [...each])) {
    const before = names.get(name) ?? more
    names.set(name, { since: Math.min(before.since, more.since), whole: before.whole || more.whole })
  }
  return names
}

/** What a computation may ask of events, by name. */
export const neededOf = (computation: Computation, now: Date): Names => {
  const found: (readonly [string, Needed])[] = []
  if (computation.kind === 'audience') {
    mentionsIn(computation.condition, now, (name, { whole, since }) => {
      // The moments at which a date in an event changes an answer are looked for in all events of the name (`wake.ts`).
      const all = whole && computation.references.timely
      found.push([name, { whole: whole || NAMES_OF_CALLS.has(name), since: all ? ALL : since }])
    })
  }
  const names = new Set(found.map(([name]) => name))
  const unknown = computation.references.events.flatMap(({ name }) => (names.has(name) ? [] : name))
  return merged(...found.map((each) => new Map([each])), new Map(unknown.map((name) => [name, { since: ALL, whole: true }])))
}

/** For each computation what it and all that refers to it may ask: somebody who is looked at for one is passed on to the others. */
export const neededBy = (ordered: readonly Computation[], now: Date): ReadonlyMap<string, Names> => {
  const needed = new Map<string, Names>()
  for (const computation of ordered.toReversed()) {
    const { id } = computation
    const after = ordered.flatMap((each) => (each.references.computations.includes(id) ? [needed.get(each.id) ?? new Map()] : []))
    needed.set(id, merged(neededOf(computation, now), ...after))
  }
  return needed
}

type Dues = readonly { readonly computationId: string; readonly batches: readonly string[] }[]

/** What may be asked of the events of whom is in a batch: a row for each batch and name. */
export const neededInBatches = (
  due: Dues,
  needed: ReadonlyMap<string, Names>,
): readonly (Needed & { readonly batch: string; readonly name: string })[] => {
  const batches = new Map<string, Names[]>()
  for (const { computationId, batches: mine } of due) {
    for (const batch of mine) batches.set(batch, [...(batches.get(batch) ?? []), needed.get(computationId) ?? new Map()])
  }
  const rows = [...batches].flatMap(([batch, all]) => [...merged(...all)].map(([name, each]) => ({ batch, name, ...each })))
  const whole = new Set(rows.flatMap((row) => (row.whole ? row.name : [])))
  return rows.map((row) => ({ ...row, whole: whole.has(row.name) }))
}
