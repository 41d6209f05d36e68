import type { Gate } from '../event/verdict.ts'

/**
 * What one destination gets of a call: its filters are asked of the call as the source has it, under its old name, and what they let through is
 * changed by the destination's own transformations (spec/connections §1.7). Each destination is asked with the same call: what one gets changed
 * no other sees.
 */
export const deliveredTo =
  (filters: Gate, transformations: Gate): Gate =>
  (call) => {
    const verdict = filters(call)
    return verdict.kind === 'drop' ? verdict : transformations(call)
  }
