import type { JourneyDefinition } from './definition.ts'
import { edgesOf } from './edges.ts'

const timesUsed = (definition: JourneyDefinition, event: string): number => {
  const held = Object.values(definition.steps).flatMap((step) => (step.type === 'hold' ? step.branches : []))
  return (
    held.filter((branch) => branch.event === event).length +
    (definition.entry.type === 'event' && definition.entry.event === event ? 1 : 0)
  )
}

/**
 * Under which key a hold branch puts its event's properties into the context: the event's name, or, where the journey uses that event
 * elsewhere too, `<event> - <branch>` (spec/journeys §3.6). The entry event always has its own name.
 */
export const contextKey = (definition: JourneyDefinition, branch: { readonly name: string; readonly event: string }): string =>
  timesUsed(definition, branch.event) > 1 ? `${branch.event} - ${branch.name}` : branch.event

const follow = (steps: JourneyDefinition['steps'], from: string | null, met: Set<string>): Set<string> => {
  const step = from !== null && Object.hasOwn(steps, from) ? steps[from] : undefined
  if (from === null || step === undefined || met.has(from)) return met
  met.add(from)
  for (const { next } of edgesOf(step)) follow(steps, next, met)
  return met
}

/**
 * What the context may hold where a run stands, by step: the entry event, and the events of holds on some way that leads there
 * (spec/journeys §3.4.3). A looping branch may have been met already in its own hold.
 */
export const contextKeys = (definition: JourneyDefinition): ReadonlyMap<string, ReadonlySet<string>> => {
  const { entry, steps } = definition
  const entered = entry.type === 'event' ? [entry.event] : []
  const keys = new Map(Object.keys(steps).map((step) => [step, new Set(entered)]))
  for (const [id, step] of Object.entries(steps)) {
    for (const branch of step.type === 'hold' ? step.branches : []) {
      const after = follow(steps, branch.loop ? id : branch.next, new Set())
      for (const later of after) keys.get(later)?.add(contextKey(definition, branch))
    }
  }
  return keys
}
