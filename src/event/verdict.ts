import type { JsonObject } from '../base/json.ts'

/** One way in which a call breaks its tracking plan: texts as Segment has them (spec/connections §1.5). */
export type Violation = { readonly type: string; readonly field: string; readonly description: string }

/** Why a function dropped a call or could not be asked about it (spec/connections §2.2, §4.4). */
export type FunctionCode =
  | 'DROP_EVENT'
  | 'MESSAGE_REJECTED'
  | 'UNSUPPORTED_EVENT_TYPE'
  | 'INVOKE_ERROR'
  | 'BAD_DEPLOY'
  | 'invalid_settings'
  | 'RETRY_ERROR'
  | 'FUNCTION_TIMEOUT'
  | 'too_many_requests'

/** Why a rule at the door dropped a call: Segment's discard codes (spec/connections §1.6), and ours for event filters and for what is switched off. */
export type DropCode =
  | 'event_filter'
  | 'event_filter_failed'
  | 'unplanned'
  | 'schema_violation'
  | 'unplanned_and_schema_violation'
  | 'common_schema_violation'
  | 'transformation'
  | 'event_setting'
  | FunctionCode

/** What a rule says of a call. `by` is the rule's id: what it did is counted for it. `onward`: it is kept from the space only, and other destinations get it. `call` is what goes on in its place, without the properties or traits `omitted`; `did` says in words what was done to it. */
export type Verdict = { readonly violations?: readonly Violation[]; readonly unplanned?: boolean } & (
  | { readonly kind: 'pass' }
  | { readonly kind: 'change'; readonly call: JsonObject; readonly omitted?: readonly string[]; readonly did?: readonly string[] }
  | { readonly kind: 'drop'; readonly code: DropCode; readonly reason: string; readonly by: string; readonly onward?: true }
)

/** A rule at a source's door: asked of the call as it came over the wire, with its type, its messageId and its batch's context. Never throws. */
export type Gate = (call: JsonObject) => Verdict

export const PASS: Verdict = { kind: 'pass' }
