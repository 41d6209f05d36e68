/** Calls of one function for the process: `key` says which code and settings, each call is a handler's name and an event as JSON text. */
export type RunMessage = {
  readonly do: 'run'
  readonly id: number
  readonly key: string
  /** How long one call may take. */
  readonly limitMs: number
  readonly calls: readonly (readonly [handler: string, event: string])[]
}
export type LoadMessage = { readonly do: 'load'; readonly key: string; readonly code: string; readonly settings: string }
/** What the process that started us says. */
export type ToChild =
  | LoadMessage
  | RunMessage
  | { readonly do: 'drop'; readonly key: string }
  | { readonly do: 'reply'; readonly id: number; readonly reply: FetchReply }

/** The classes of errors that code may throw (spec/connections §4.4), and what else happens in its world. */
export const THROWN = [
  'RetryError',
  'ValidationError',
  'InvalidEventPayload',
  'EventNotSupported',
  'DropEvent',
  'HandlerMissing',
  'Error',
] as const
/** What may go wrong with a call. */
export type FailureKind =
  | (typeof THROWN)[number]
  /** The code does not come as far as its handlers: it cannot be read, or throws outside of them. */
  | 'BadCode'
  | 'Timeout'
  /** The process died of it: it took too much memory. */
  | 'Died'
  | 'TooManyRequests'

export type Failure = {
  readonly kind: FailureKind
  readonly message: string
  readonly line?: number
  readonly column?: number
}

/** What became of one call: `gave` is what the handler returned as JSON text, null where that was nothing. */
export type Outcome = { readonly logs: string; readonly ms: number } & (
  | { readonly gave: string | null }
  | { readonly failure: Failure }
)
export type Answered = readonly [id: number, place: number, outcome: Outcome]

export type FetchRequest = {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | null
}
export type FetchReply =
  | {
      readonly status: number
      readonly statusText: string
      readonly url: string
      readonly headers: readonly (readonly [string, string])[]
      readonly body: string
    }
  | { readonly error: string }

/** What the process says: `at` before code of a call is entered, so that whoever dies or hangs in it is known; `done` with what is answered so far. */
export type FromChild =
  | { readonly say: 'ready' }
  | { readonly say: 'at'; readonly id: number; readonly place: number; readonly done: readonly Answered[] }
  | { readonly say: 'done'; readonly done: readonly Answered[] }
  | { readonly say: 'fetch'; readonly fetch: number; readonly id: number; readonly place: number; readonly request: FetchRequest }

/** The handlers of destination and insert functions (spec/connections §4.1). */
export const HANDLERS = ['onIdentify', 'onTrack', 'onPage', 'onScreen', 'onGroup', 'onAlias', 'onDelete'] as const
/** In place of a handler: asks which there are, and is answered with their names. */
export const WHICH = '?'

/** As much of what one call logs is kept, in characters (spec/connections §4.2). */
export const MOST_LOGGED = 4_096
/** The file name in the stack of an error of the code. */
export const CODE_FILE = 'function.js'
