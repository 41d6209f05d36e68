import { crashPoint } from '../../base/crash-point.ts'
import { Invalid, Unavailable } from '../../base/errors.ts'
import { type Loop, loop } from '../../base/loop.ts'
import { bounded, Ended } from '../../db/bounded.ts'
import type { Db } from '../../db/database.ts'
import { preview } from '../preview.ts'
import { estimate } from './estimate.ts'
import { type Claim, type Claimed, claimLapsed, dropOverdue, finishPreview, type Request, tellEstimate } from './job.ts'
import { TIMEOUT_MS } from './look.ts'

export type PreviewContext = {
  readonly db: Db
  readonly now: () => Date
  readonly newClaim: () => string
  /** How long counting may take. */
  readonly timeoutMs?: number
  /** From how many people on an estimate goes ahead of the count. */
  readonly least?: number
}

const ESTIMATE_MS = 5_000
// Estimate and count each end within their time, so that who holds a claim longer than both is dead.
const MARGIN_MS = 15_000
const ATTEMPTS = 3

/** A claim on a preview for as long as computing it can take. */
export const newClaimOf = ({ now, newClaim, timeoutMs = TIMEOUT_MS }: PreviewContext): Claim => ({
  claim: newClaim(),
  until: new Date(now().getTime() + timeoutMs * 2 + ESTIMATE_MS + MARGIN_MS),
})

const askedOf = ({ condition, collection, options, at, count, identifiers }: Request) => ({
  condition,
  collection,
  options,
  count,
  identifiers,
  at: at === undefined ? undefined : new Date(at),
})

const estimated = async (context: PreviewContext, job: Claimed, signal: AbortSignal | undefined): Promise<boolean> => {
  const { db, least } = context
  const found = await bounded(db, { timeoutMs: ESTIMATE_MS, signal }, (tx) =>
    estimate(tx, job.spaceId, askedOf(job.asked), job.requestedAt, least),
  ).catch((error: unknown) => {
    // An estimate that takes as long as the count would is no help; the count still comes.
    if (error instanceof Ended && error.why === 'too_long') return undefined
    throw error
  })
  if (!found) return false
  await tellEstimate(db, job, found)
  return true
}

const wordsOf = (error: unknown, timeoutMs: number): string => {
  if (error instanceof Ended && error.why === 'too_long')
    return `Counting took longer than ${timeoutMs / 1_000} s and was stopped. Give its events a time window, or ask for less at once; or save the audience, whose computing may take as long as it needs.`
  if (error instanceof Invalid) return `What it refers to changed since it was asked for: ${error.message}.`
  return error instanceof Error ? error.message : String(error)
}

/** Who waits for a preview: told when there is an estimate, and able to give it up. */
export type Waiting = { readonly told?: () => void; readonly signal?: AbortSignal }

/**
 * Computes a preview that is claimed: an estimate first where counting would take its time, then exactly, as of the instant at which it was asked
 * for. What goes wrong ends it as failed, with what to do. @throws Unavailable when the database is away: the claim lapses and another takes it.
 */
export const makePreview = async (context: PreviewContext, job: Claimed, { told, signal }: Waiting = {}): Promise<void> => {
  const { db, now, timeoutMs = TIMEOUT_MS } = context
  try {
    if (job.attempts > ATTEMPTS)
      throw new Error(`Whoever computed it died ${ATTEMPTS} times before it was done. Ask for it again.`)
    if (await estimated(context, job, signal)) told?.()
    crashPoint('audience.preview_estimated')
    const found = await bounded(db, { timeoutMs, signal }, (tx) => preview(tx, job.spaceId, askedOf(job.asked), job.requestedAt))
    await finishPreview(db, job, { size: found.count, results: found.people, identifiers: found.identifiers }, now())
  } catch (error) {
    if (error instanceof Unavailable) throw error
    if (error instanceof Ended && error.why === 'given_up') return
    await finishPreview(db, job, { failure: wordsOf(error, timeoutMs) }, now())
  }
}

/** Takes over one preview whose maker died, and drops those that were kept long enough; answers whether there was one. */
export const makeNextPreview = async (context: PreviewContext): Promise<boolean> => {
  const job = await claimLapsed(context.db, newClaimOf(context), context.now())
  if (job) await makePreview(context, job)
  return (await dropOverdue(context.db, context.now())) || job !== undefined
}

/** Previews in a worker: looks every few seconds whether one was left behind. */
export const previewLoop = (context: PreviewContext, failed: (error: unknown) => void): Loop =>
  loop(5_000, () => makeNextPreview(context), failed)
