import type { FunctionCode } from '../event/verdict.ts'
import type { FailureKind } from './sandbox/wire.ts'

/** How what went wrong is shown, what it is counted by, and whether it may go better later (spec/connections §2.2, §4.4). */
export type Shown = { readonly name: string; readonly code: FunctionCode; readonly retried: boolean }

const REJECTED: Shown = { name: 'Message Rejected', code: 'MESSAGE_REJECTED', retried: false }
const UNSUPPORTED: Shown = { name: 'Unsupported Event Type', code: 'UNSUPPORTED_EVENT_TYPE', retried: false }
const BAD: Shown = { name: 'Bad Request', code: 'INVOKE_ERROR', retried: false }

export const FAILURES: Readonly<Record<FailureKind | 'InvalidSettings', Shown>> = {
  RetryError: { name: 'Retry', code: 'RETRY_ERROR', retried: true },
  Timeout: { name: 'Timeout', code: 'FUNCTION_TIMEOUT', retried: true },
  ValidationError: REJECTED,
  InvalidEventPayload: REJECTED,
  EventNotSupported: UNSUPPORTED,
  HandlerMissing: UNSUPPORTED,
  DropEvent: { name: 'Filtered', code: 'DROP_EVENT', retried: false },
  Error: BAD,
  Died: BAD,
  BadCode: { ...BAD, code: 'BAD_DEPLOY' },
  InvalidSettings: { name: 'Invalid Settings', code: 'invalid_settings', retried: false },
  TooManyRequests: { name: 'Too Many Requests', code: 'too_many_requests', retried: true },
}

/** Every code of a function. */
export const FUNCTION_CODES: ReadonlySet<string> = new Set(Object.values(FAILURES).map(({ code }) => code))

const RETRIED: ReadonlySet<string> = new Set(Object.values(FAILURES).flatMap(({ code, retried }) => (retried ? [code] : [])))
/** Whether a call that was dropped with this code should be sent again. */
export const isRetried = (code: string): boolean => RETRIED.has(code)
