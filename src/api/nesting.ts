import { Invalid } from '../base/errors.ts'
import { isDeeperThan, type Json } from '../base/json.ts'

/** Of a body. A condition may be nested 20 deep, a tracking plan or a call's properties somewhat deeper; 3,000 deep nothing reads any more. */
export const DEEPEST = 500

/** @throws Invalid for a body that is nested deeper than anything that may be sent. */
export const refuseDeep = (body: unknown): void => {
  // A file is no JSON, and would be looked at byte by byte.
  if (body instanceof Uint8Array) return
  if (isDeeperThan(DEEPEST, body as Json | undefined))
    throw new Invalid('nesting', [
      { field: 'body', message: `is nested deeper than ${DEEPEST}`, remedy: 'flatten it, or split it into several' },
    ])
}
