import type { Logger } from 'pino'
import { Unavailable } from '../base/errors.ts'

const REMINDS_EVERY_MS = 30_000

/** Logs what a loop throws. While something is away every loop fails every second: that is said in one line now and then, without a trace. */
export const createFailing = (log: Logger, nowMs: () => number): ((what: string) => (error: unknown) => void) => {
  let said = 0
  return (what) => (error) => {
    if (!(error instanceof Unavailable)) return log.error({ err: error }, `${what} failed; it goes on by itself`)
    if (nowMs() - said < REMINDS_EVERY_MS) return
    said = nowMs()
    log.warn(`${what} waits: ${error.message}`)
  }
}
