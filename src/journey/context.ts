import type { JourneyDefinition } from './definition.ts'

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
