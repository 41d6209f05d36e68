import { unreachable } from '../base/must.ts'
import type { Judged } from './judge.ts'
import { type Problem, problem } from './problems.ts'

/**
 * What became of one call. `stored`: durable, and where identifiers of it were not taken, `violations` says which and why. `duplicate`: its messageId was stored before. `filtered`: it says itself that it is not for
 * the space. `dropped`: something is wrong with it, or a rule does not want it, and the rest says what.
 */
export type Result =
  | { readonly status: 'stored'; readonly messageId: string; readonly violations?: readonly Problem[] }
  | { readonly status: 'duplicate' | 'filtered'; readonly messageId: string }
  | ({ readonly status: 'dropped'; readonly messageId?: string } & Problem)

export const droppedResult = (messageId: string | undefined, problem: Problem): Result => ({
  status: 'dropped',
  ...(messageId === undefined ? {} : { messageId }),
  ...problem,
})

/** What transactions stored: the message ids that are new, what of their identifiers was not taken, and calls that the database does not take. */
export type Outcome = {
  readonly stored: ReadonlySet<string>
  readonly violations: ReadonlyMap<string, readonly Problem[]>
  readonly spoiled?: ReadonlySet<string>
}

const storedResult = (messageId: string, violations: readonly Problem[] | undefined): Result => ({
  status: 'stored',
  messageId,
  ...(violations ? { violations } : {}),
})

const resultOf = (one: Judged, isNew: (messageId: string) => boolean, { violations, spoiled }: Outcome): Result => {
  switch (one.kind) {
    case 'kept': {
      const { messageId } = one.identified.call
      if (spoiled?.has(messageId)) return droppedResult(messageId, problem('bad_request'))
      return isNew(messageId) ? storedResult(messageId, violations.get(messageId)) : { status: 'duplicate', messageId }
    }
    case 'filtered':
      return { status: 'filtered', messageId: one.messageId }
    case 'dropped':
      return droppedResult(one.messageId, one.problem)
    default:
      return unreachable(one)
  }
}

/** The result of each call, in their order. */
export const resultsOf = (judged: readonly Judged[], outcome: Outcome): readonly Result[] => {
  const told = new Set<string>()
  const isNew = (messageId: string): boolean => {
    const first = outcome.stored.has(messageId) && !told.has(messageId)
    told.add(messageId)
    return first
  }
  return judged.map((one) => resultOf(one, isNew, outcome))
}
