import { isObject, type Json } from '../base/json.ts'
import type { JourneyRunRow, JourneyTransitionRow } from '../db/rows/journey.ts'
import type { JourneyDefinition } from './definition.ts'
import { TIMEOUT } from './edges.ts'
import { type Names, stepSentence } from './sentences.ts'

const textOf = (evidence: Json | null, key: string): string | undefined => {
  const value = isObject(evidence) ? evidence[key] : undefined
  return typeof value === 'string' ? value : undefined
}

const sayStep = (definition: JourneyDefinition, step: string | null, names: Names): string => {
  const found = step === null ? undefined : definition.steps[step]
  return found ? stepSentence(found, names) : (step ?? 'the end')
}

const leftBecause = (reason: string | undefined, event: string | undefined): string => {
  if (reason === 'archived') return 'Stopped: the version was archived'
  if (event === undefined || event === reason) return `Left because of ${reason ?? 'an exit rule'}`
  return `Left because of ${event} (${reason})`
}

/** Why a run moved, in one line: `Wait 3 days: done`, `Split: … → Not yet`, `Left because of Order Completed`. */
export const transitionSentence = (
  definition: JourneyDefinition,
  { step, branch, next_step: next, evidence }: Pick<JourneyTransitionRow, 'step' | 'branch' | 'next_step' | 'evidence'>,
  names: Names = {},
): string => {
  if (step === null) return `Entered; next: ${sayStep(definition, next, names)}`
  if (branch === null) return leftBecause(textOf(evidence, 'exit'), textOf(evidence, 'event'))
  const done = sayStep(definition, step, names)
  if (next === step) return `${done}: ${branch} came, so it waits anew`
  if (branch === TIMEOUT) return `${done}: nothing came in time`
  const event = textOf(evidence, 'event')
  if (event !== undefined) return `${done}: ${event} came, so it goes the way "${branch}"`
  return branch === '' ? `${done}: done` : `${done}: it goes the way "${branch}"`
}

/** Where a run is or why it ended, in one line. */
export const runSentence = (
  definition: JourneyDefinition,
  { status, step, due_at: due, end_reason: reason }: Pick<JourneyRunRow, 'status' | 'step' | 'due_at' | 'end_reason'>,
  names: Names = {},
): string => {
  const until = due === null ? '' : `, until ${due.toISOString()} at the latest`
  switch (status) {
    case 'active':
    case 'held':
      return `Stands at: ${sayStep(definition, step, names)}${until}`
    case 'completed':
      return 'Went through to the end'
    case 'exited':
      return leftBecause(reason ?? undefined, undefined)
  }
}
