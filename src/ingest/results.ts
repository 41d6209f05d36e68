import { unreachable } from '../base/must.ts'
import type { Judged } from './judge.ts'
import type { Problem } from './problems.ts'

/**
 * What became of one call. `stored`: durable. `duplicate`: its messageId was stored before. `filtered`: it says itself that it is not for
 * the space. `dropped`: something is wrong with it, or a rule does not want it, and the rest says what.
 */
export type Result =
  | { readonly status: 'stored' | 'duplicate' | 'filtered'; readonly messageId: string }
  | ({ readonly status: 'dropped'; readonly messageId?: string } & Problem)

export const droppedResult = (messageId: string | undefined, problem: Problem): Result => ({
  status: 'dropped',
  ...(messageId === undefined ? {} : { messageId }),
  ...problem,
})

const resultOf = (one: Judged, isNew: (messageId: string) => boolean): Result => {
  switch (one.kind) {
    case 'kept': {
      const { messageId } = one.identified.call
      return { status: isNew(messageId) ? 'stored' : 'duplicate', messageId }
    }
    case 'filtered':
      return { status: 'filtered', messageId: one.messageId }
    case 'dropped':
      return droppedResult(one.messageId, one.problem)
    default:
      return unreachable(one)
  }
}

/** The result of each call, in their order; `stored` are the message ids that are new. */
export const resultsOf = (judged: readonly Judged[], stored: ReadonlySet<string>): readonly Result[] => {
  const told = new Set<string>()
  const isNew = (messageId: string): boolean => {
    const first = stored.has(messageId) && !told.has(messageId)
    told.add(messageId)
    return first
  }
  return judged.map((one) => resultOf(one, isNew))
}
