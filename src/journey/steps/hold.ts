import { plus } from '../../base/duration.ts'
import { TIMEOUT } from '../edges.ts'
import type { StepKind } from '../step.ts'

/** Parks until an event comes (`release.ts`) or the time is up, which is the only way out from here (spec/journeys §3.4.2). */
export const hold: StepKind<'hold'> = {
  stand: (step, at) => ({ status: 'held', due: plus(at, step.timeout.after) }),
  ways: (step) => [{ branch: TIMEOUT, next: step.timeout.next }],
}
