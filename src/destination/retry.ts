import { Unavailable } from '../base/errors.ts'
import { type Answer, retryAfter } from '../base/post.ts'

/** What became of one request: taken, to be tried again, or refused for good. `reason` is the status or the error's code (spec/connections §3.5). */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly reason: string; readonly detail: string; readonly afterSeconds?: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly detail: string }

/** The class of what a tool answered: 429 and 5xx pass, and so does a request that it was too slow to read; what else is no 2xx is final. */
export const outcomeOfAnswer = ({ status, headers, body }: Answer, now: Date): Outcome => {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  const detail = `answered ${status}${body === '' ? '' : `: ${body.slice(0, 200)}`}`
  if (status !== 408 && status !== 429 && status < 500) return { kind: 'failed', reason: String(status), detail }
  const afterSeconds = retryAfter(headers, now)
  return { kind: 'retry', reason: String(status), detail, ...(afterSeconds === undefined ? {} : { afterSeconds }) }
}

// Neither a certificate that nobody vouches for nor an address that is nobody's gets better by waiting.
const FINAL = /CERT|SIGNED|ALTNAME|UNABLE_TO_VERIFY|EREFUSED/

/** The class of a call that got no answer. Whether it arrived nobody knows: it is sent again, under the same id. */
export const outcomeOfError = (error: unknown): Outcome => {
  const { code } = (error instanceof Error ? (error.cause ?? error) : {}) as { readonly code?: unknown }
  const reason = typeof code === 'string' ? code : 'INTERNAL'
  const detail = error instanceof Error ? error.message : String(error)
  if (!(error instanceof Unavailable) || FINAL.test(reason)) return { kind: 'failed', reason, detail }
  return { kind: 'retry', reason: typeof code === 'string' ? code : 'ETIMEDOUT', detail }
}

const FIRST_MS = 10_000
const LONGEST_MS = 30 * 60_000

/** How long until the attempt after this many: twice as long each time, half as much more or less by chance, and not before the tool said. */
export const waitAfter = (attempts: number, chance: number, afterSeconds = 0): number =>
  Math.max(Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20)) * (0.5 + chance), afterSeconds * 1_000)
