import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { type Gate, PASS, type Verdict } from '../event/verdict.ts'
import { bagOf, keysOf, type Subject, subjectOf, withoutKeys } from './subject.ts'

type Off = { whole: boolean; readonly paths: string[] }

const keyOf = ({ type, name }: Pick<Subject, 'type' | 'name'>): string => `${type} ${name}`

const byEvent = (off: readonly Subject[]): ReadonlyMap<string, Off> => {
  const events = new Map<string, Off>()
  for (const subject of off) {
    const event = events.get(keyOf(subject)) ?? { whole: false, paths: [] }
    events.set(keyOf(subject), event)
    if (subject.path === '') event.whole = true
    else event.paths.push(subject.path)
  }
  return events
}

const without = (call: JsonObject, bag: string, paths: readonly string[]): Verdict => {
  const sent = call[bag]
  if (!isObject(sent)) return PASS
  const omitted: string[] = []
  const left = paths.reduce<Json>((tree, path) => {
    const next = withoutKeys(tree, keysOf(path))
    if (next !== tree) omitted.push(path)
    return next
  }, sent)
  return omitted.length === 0 ? PASS : { kind: 'change', call: { ...call, [bag]: left }, omitted }
}

/** What is switched off at a source (spec/connections §2.4): an event is dropped, a property or trait is taken out of the call that carries it. */
export const switchGate = (off: readonly Subject[]): Gate => {
  const events = byEvent(off)
  return (call) => {
    const subject = subjectOf(call)
    const found = subject && events.get(keyOf(subject))
    if (!found) return PASS
    if (!found.whole) return without(call, bagOf(subject.type), found.paths)
    return { kind: 'drop', code: 'event_setting', reason: `"${subject.name}" is switched off at this source`, by: subject.name }
  }
}
