/** What a client is to send: `calls` track calls `Client Call` with `properties.n` from 0, of seven people, in batches of 20. */
export type Order = { readonly url: string; readonly writeKey: string; readonly calls: number; readonly label: string }

export const PEOPLE = 7
export const PER_BATCH = 20

/** Somebody else's client, as it is published. */
export type Client = {
  readonly name: string
  /** Sends compressed bodies. */
  readonly gzip: boolean
  /** Waits as long as `retry-after` says; others by a rule of their own. */
  readonly honoursRetryAfter: boolean
  /** Makes it ready to run, once; a sentence says why it is not to be had here. */
  readonly obtain: () => Promise<string | undefined>
  /** Sends all and answers when the client says that it is done. */
  readonly send: (order: Order) => Promise<void>
}

/** Whose call the n-th is. */
export const personOf = ({ label }: Order, n: number): string => `${label} ${n % PEOPLE}`
