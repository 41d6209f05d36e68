/** A file that comes in, as the API tells it. */
export type Import = {
  readonly importId: string
  readonly kind: 'profiles' | 'calls' | 'replay'
  readonly sourceId: string
  readonly fileName: string
  readonly bytes: number
  readonly status: 'RUNNING' | 'PAUSED' | 'COMPLETED' | 'CANCELLED' | 'FAILED'
  readonly requestedBy: string
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly progress: {
    readonly expected: number | null
    readonly reached: number
    readonly taken: number
    readonly duplicates: number
    readonly refused: number
  }
  readonly error?: string
}
export type RefusedLine = { readonly line: number; readonly code: string; readonly message: string }
