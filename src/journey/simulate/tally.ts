import type { JourneyDefinition } from '../definition.ts'
import { inOrder } from '../edges.ts'

export type StepCount = {
  readonly step: string
  /** Runs that went through this step. */
  readonly passed: number
  /** Runs that stand here at the end of the simulated time. */
  readonly here: number
  /** Runs that an exit rule took out while they stood here. */
  readonly left: number
  readonly branches: readonly { readonly name: string; readonly count: number }[]
}

export type Messages = { readonly email: number; readonly sms: number; readonly push: number }

/** Counts what a simulation sees, step by step. */
export type Tally = {
  readonly passed: (step: string, branch: string, runs: number) => void
  readonly here: (step: string) => void
  readonly left: (step: string) => void
  readonly looped: (step: string, branch: string) => void
  readonly sent: (channel: keyof Messages, runs: number) => void
  readonly steps: () => readonly StepCount[]
  readonly messages: () => Messages
}

const add = (counts: Map<string, number>, key: string, more = 1): void => {
  counts.set(key, (counts.get(key) ?? 0) + more)
}

/** A tally of all steps of a definition, as one walks through them. */
export const makeTally = (definition: JourneyDefinition): Tally => {
  const passed = new Map<string, number>()
  const here = new Map<string, number>()
  const left = new Map<string, number>()
  const branches = new Map(Object.keys(definition.steps).map((step) => [step, new Map<string, number>()]))
  const messages = { email: 0, sms: 0, push: 0 }
  const branch = (step: string, name: string, more: number): void => {
    if (name !== '') add(branches.get(step) ?? new Map(), name, more)
  }
  return {
    passed: (step, name, runs) => {
      add(passed, step, runs)
      branch(step, name, runs)
    },
    here: (step) => add(here, step),
    left: (step) => add(left, step),
    looped: (step, name) => branch(step, name, 1),
    sent: (channel, runs) => {
      messages[channel] += runs
    },
    steps: () =>
      inOrder(definition).map((step) => ({
        step,
        passed: passed.get(step) ?? 0,
        here: here.get(step) ?? 0,
        left: left.get(step) ?? 0,
        branches: [...(branches.get(step) ?? [])].map(([name, count]) => ({ name, count })),
      })),
    messages: () => ({ ...messages }),
  }
}
