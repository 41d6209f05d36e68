import { unreachable } from '../base/must.ts'
import type { Parsed } from './parse.ts'
import { type Problem, problem } from './problems.ts'

/**
 * What became of one call. `stored`: durable. `duplicate`: its messageId was stored before. `filtered`: it says itself that it is not for
 * the space. `dropped`: something is wrong with it, and the rest says what.
 */
export type Result =
  | { readonly status: 'stored' | 'duplicate' | 'filtered'; readonly messageId: string }
  | ({ readonly status: 'dropped'; readonly messageId?: string } & Problem)

const resultOf = (one: Parsed, stored: () => Result | undefined): Result => {
  switch (one.kind) {
    case 'call':
      return stored() ?? { status: 'dropped', messageId: one.call.messageId, ...problem('bad_request') }
    case 'filtered':
      return { status: 'filtered', messageId: one.messageId }
    case 'problem':
      return { status: 'dropped', ...(one.messageId === undefined ? {} : { messageId: one.messageId }), ...one.problem }
    default:
      return unreachable(one)
  }
}

/** Puts the results of the good calls back among those that were not good enough to be stored. */
export const joinResults = (parsed: readonly Parsed[], stored: readonly Result[]): readonly Result[] => {
  let next = 0
  return parsed.map((one) => resultOf(one, () => stored[next++]))
}
