import type { Json, JsonObject } from '../../base/json.ts'

type Definition = {
  space_id: string
  id: string
  key: string
  name: string
  description: string
  enabled: boolean
  collection: 'users' | 'accounts'
  version: number
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
  deleted_at: Date | null
  folder_id: string | null
}
export type ExportRow = {
  space_id: string
  id: string
  kind: 'audience' | 'computed_trait'
  computation_id: string
  request: JsonObject
  status: 'RUNNING' | 'COMPLETED' | 'FAILED'
  requested_by: string
  started_at: Date
  finished_at: Date | null
  snapshot_at: Date | null
  expires_at: Date | null
  expected: number
  people: number
  error: string | null
  claim: string | null
  claimed_until: Date | null
  attempts: number
}
export type ExportPartRow = { space_id: string; export_id: string; part: number; content: Buffer }
export type FolderRow = {
  space_id: string
  id: string
  name: string
  description: string
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
}
export type ComputationVersionRow = {
  space_id: string
  computation_id: string
  version: number
  definition: JsonObject
  options: JsonObject
  saved_by: string
  saved_at: Date
  restored_from: number | null
}
export type AudienceRow = Definition & { condition: JsonObject; options: JsonObject }
export type ComputedTraitRow = Definition & { definition: JsonObject; options: JsonObject }
export type AudienceStateRow = {
  space_id: string
  audience_id: string
  status: string
  reason: string | null
  evaluated_at: Date | null
  evaluated_version: number
  evaluation: number
  failures: number
  member_count: number
}
export type ComputedTraitStateRow = {
  space_id: string
  computed_trait_id: string
  status: string
  reason: string | null
  evaluated_at: Date | null
  evaluated_version: number
  evaluation: number
  failures: number
}
export type AudienceEvaluationRow = {
  space_id: string
  audience_id: string
  id: string
  mode: 'full' | 'incremental'
  evaluated_at: Date
  duration_ms: number
  candidates: number | null
  entered: number
  exited: number
  drift: number | null
  error: string | null
}
export type MembershipRow = { space_id: string; audience_id: string; profile_id: string; entered_at: Date }
/** Two members who became one: the audience's count is one too high. */
export type MembershipMergedRow = { space_id: string; audience_id: string; loser_id: string; merged_at: Date }
export type MembershipChangeRow = {
  space_id: string
  profile_id: string
  id: string
  audience_id: string
  change: 'entered' | 'exited'
  changed_at: Date
  evaluation: number | null
}
export type AudienceInterestRow = { space_id: string; audience_id: string; consumer: string }
export type ComputedValueRow = { space_id: string; computed_trait_id: string; profile_id: string; value: Json; changed_at: Date }
export type ComputedChangeRow = { space_id: string; computed_trait_id: string; profile_id: string; value: Json | null }
export type ComputationDueRow = { space_id: string; computation_id: string; batch: string; profiles: number | null }
export type DueProfileRow = { space_id: string; batch: string; profile_id: string }
export type ComputationWakeRow = { space_id: string; computation_id: string; profile_id: string; due_at: Date }
export type EvaluationClockRow = { space_id: string; moved_at: Date; next_instant: Date | null; batch: number }

export type ComputationRunRow = {
  space_id: string
  computation_id: string
  id: string
  cause: 'new' | 'edit' | 'check'
  lane: 'new' | 'edits' | 'batch' | 'checks'
  version: number
  asked_by: string
  queued_at: Date
  due_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  at: Date | null
  steps: number
  done: number
  attempts: number
  drift: number | null
}
export type ComputationStepRow = {
  space_id: string
  computation_id: string
  step: number
  from_id: string
  to_id: string
  completed_at: Date | null
}
export type ComputationFoundRow = { space_id: string; computation_id: string; profile_id: string; value: Json | null }

export type AudiencePreviewRow = {
  space_id: string
  id: string
  asked: JsonObject
  status: 'RUNNING' | 'COMPLETED' | 'FAILED'
  estimate: JsonObject | null
  size: number | null
  results: Json | null
  identifiers: JsonObject | null
  failure: string | null
  counted: boolean
  requested_by: string
  requested_at: Date
  finished_at: Date | null
  expires_at: Date
  claim: string | null
  claimed_until: Date | null
  attempts: number
}

export type AudienceTables = {
  audience: AudienceRow
  export: ExportRow
  export_part: ExportPartRow
  folder: FolderRow
  computation_version: ComputationVersionRow
  audience_state: AudienceStateRow
  audience_evaluation: AudienceEvaluationRow
  membership: MembershipRow
  membership_merged: MembershipMergedRow
  membership_change: MembershipChangeRow
  audience_interest: AudienceInterestRow
  computed_trait: ComputedTraitRow
  computed_trait_state: ComputedTraitStateRow
  computed_value: ComputedValueRow
  computed_change: ComputedChangeRow
  computation_due: ComputationDueRow
  due_profile: DueProfileRow
  computation_wake: ComputationWakeRow
  evaluation_clock: EvaluationClockRow
  computation_run: ComputationRunRow
  computation_step: ComputationStepRow
  computation_found: ComputationFoundRow
  audience_preview: AudiencePreviewRow
}
