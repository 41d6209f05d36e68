import type { Db } from '../db/database.ts'
import type { Topic } from '../db/notify.ts'
import type { Limits } from '../space/limit.ts'
import { evaluateDue, evaluateFullyDue, markAll, type Ticked } from './due-spaces.ts'
import { LIMITS } from './evaluate.ts'

/** What evaluation needs of a worker. */
export type EvaluationContext = {
  readonly db: Db
  readonly now: () => Date
  readonly config: { readonly limits: Limits }
  readonly notify: (topic: Topic) => void
  readonly log: { readonly warn: (details: object, message: string) => void }
}

const told = ({ notify, log }: EvaluationContext, ticked: Ticked): Ticked => {
  if (ticked.changed > 0) notify('outbox')
  for (const reason of ticked.failed) log.warn({ reason }, 'an audience or computed trait failed; it is tried again by itself')
  return ticked
}

/** One incremental tick, and the outbox is woken when somebody entered or exited. */
export const tick = async (context: EvaluationContext): Promise<Ticked> =>
  told(context, await evaluateDue(context.db, context.now()))

/** Computes in full what is marked so; what waited for it is ticked by the next tick, which is woken. */
export const tickFully = async (context: EvaluationContext): Promise<Ticked> => {
  const ticked = told(context, await evaluateFullyDue(context.db, context.now(), LIMITS, context.config.limits))
  if (ticked.evaluated > 0) context.notify('profile_change')
  return ticked
}

/** The activities of `workflows/evaluate.ts`. */
export const evaluationActivities = (context: EvaluationContext) => ({
  evaluateDue: () => tick(context),
  evaluateFullyDue: () => tickFully(context),
  markAllComputations: () => markAll(context.db, context.now()),
})
export type EvaluationActivities = ReturnType<typeof evaluationActivities>
