import { must } from '../base/must.ts'
import type { RunStatus } from '../db/rows/journey.ts'
import type { JourneyDefinition } from './definition.ts'
import { kindOf } from './steps/index.ts'

/** Where runs come to stand, decided as they leave: a hold listens from that instant on, and nobody is between two steps. */
export type Landing = {
  readonly step: string | null
  readonly status: RunStatus
  readonly due: Date | null
  readonly endedAt: Date | null
  readonly reason: string | null
}

/** How runs stand that come to step `next` at `at`; null is the end of the journey. */
export const landingAt = (definition: JourneyDefinition, next: string | null, at: Date): Landing => {
  if (next === null) return { step: null, status: 'completed', due: null, endedAt: at, reason: null }
  const step = must(definition.steps[next], `step ${next}`)
  const { status, due } = kindOf(step).stand?.(step, at) ?? { status: 'active' as const, due: null }
  return { step: next, status, due, endedAt: null, reason: null }
}

/** How runs stand that leave the journey at `at` for a reason. */
export const exitAt = (reason: string, at: Date): Landing => ({ step: null, status: 'exited', due: null, endedAt: at, reason })
