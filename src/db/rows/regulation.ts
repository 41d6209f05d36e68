export type RegulationType =
  | 'SUPPRESS_ONLY'
  | 'UNSUPPRESS'
  | 'SUPPRESS_WITH_DELETE'
  | 'DELETE_ONLY'
  | 'SUPPRESS_WITH_DELETE_INTERNAL'
  | 'DELETE_INTERNAL'
export type RegulationStatus = 'INITIALIZED' | 'RUNNING' | 'FINISHED' | 'FAILED'

export type RegulationRow = {
  space_id: string
  id: string
  type: RegulationType
  status: RegulationStatus
  subject_count: number
  requested_by: string
  created_at: Date
  finished_at: Date | null
  /** Table → rows that were removed or emptied. */
  removed: Readonly<Record<string, number>>
  /** People whom destinations were told to take off, or are to be. */
  removals_waiting: number
  removals_delivered: number
  removals_given_up: number
  error: string | null
  attempts: number
  /** When the worker has something to do for it; null when it is over. */
  due_at: Date | null
  claim: string | null
  claimed_until: Date | null
}
export type RegulationSubjectRow = {
  space_id: string
  regulation_id: string
  hash: string
  type: string
  value: string | null
  status: 'INITIALIZED' | 'FORGOTTEN' | 'FINISHED'
  profile_ids: readonly string[]
  /** `{type, value}` of all she was known by; empty again when it is finished. */
  known: readonly { readonly type: string; readonly value: string }[]
  forgotten_at: Date | null
  finished_at: Date | null
}
export type SuppressedIdentifierRow = {
  space_id: string
  hash: string
  root: string
  type: string
  value: string | null
  suppressed_by: string
  suppressed_at: Date
}
export type OptOutTombstoneRow = {
  space_id: string
  hash: string
  group_id: string
  state: 'unsubscribed' | 'suppressed'
  kept_at: Date
}

export type RegulationTables = {
  regulation: RegulationRow
  regulation_subject: RegulationSubjectRow
  suppressed_identifier: SuppressedIdentifierRow
  opt_out_tombstone: OptOutTombstoneRow
}
