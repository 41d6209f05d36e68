import { type Gate, PASS } from '../event/verdict.ts'

/**
 * What one destination gets of a call: its filters are asked of the call as the source has it, under its old name, and what they let through is
 * changed by the destination's own transformations (spec/connections §1.7). Each destination is asked with the same call: what one gets changed
 * no other sees.
 */
export const deliveredTo =
  (filters: Gate, transformations: Gate): Gate =>
  (call) => {
    const filtered = filters(call)
    if (filtered.kind === 'drop') return filtered
    const changed = transformations(filtered.kind === 'change' ? filtered.call : call)
    return changed === PASS ? filtered : changed
  }
