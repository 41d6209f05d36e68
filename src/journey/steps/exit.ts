import type { StepKind } from '../step.ts'

/** Leaves the journey here, with the reason that the author wrote. */
export const exit: StepKind<'exit'> = {
  ways: (step) => [{ branch: '', next: null, exit: step.reason ?? 'exit step' }],
}
