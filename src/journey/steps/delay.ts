import { plus } from '../../base/duration.ts'
import type { StepKind } from '../step.ts'

/** Waits a fixed time from arrival (spec/journeys §3.4.1). */
export const delay: StepKind<'delay'> = {
  stand: (step, at) => ({ status: 'active', due: plus(at, step.for) }),
  ways: (step) => [{ branch: '', next: step.next }],
}
