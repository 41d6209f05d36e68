import type { Json, JsonObject } from '../../base/json.ts'

export type JourneyRow = {
  space_id: string
  id: string
  key: string
  name: string
  description: string
  status: 'draft' | 'live' | 'paused' | 'archived'
  draft: JsonObject | null
  live_version: number | null
  /** Who qualified before does not enter: publishing, or resuming after a pause. */
  entries_from: Date | null
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
  deleted_at: Date | null
}
export type JourneyVersionRow = {
  space_id: string
  journey_id: string
  version: number
  definition: JsonObject
  status: 'live' | 'draining' | 'archived'
  published_by: string
  published_at: Date
}
export type RunStatus = 'active' | 'held' | 'completed' | 'exited'
export type JourneyRunRow = {
  space_id: string
  profile_id: string
  id: string
  journey_id: string
  version: number
  entry_key: string
  identifier: string
  branch: string
  root_id: string
  step: string | null
  cohort_id: string | null
  visit: number
  loops: number
  status: RunStatus
  end_reason: string | null
  context: JsonObject
  entered_at: Date
  entered_mark: string
  arrived_at: Date
  arrived_mark: string
  due_at: Date | null
  ended_at: Date | null
}
export type JourneyCohortRow = {
  space_id: string
  id: string
  journey_id: string
  version: number
  carrier: string
  depth: number
  step: string
  due_at: Date | null
  run_count: number
  outcome: JsonObject | null
  created_at: Date
  ended_at: Date | null
}
export type JourneyTransitionRow = {
  space_id: string
  profile_id: string
  run_id: string
  id: number
  step: string | null
  branch: string | null
  next_step: string | null
  happened_at: Date
  evidence: Json | null
}

export type RefusalReason = 'no_identifier' | 'long_identifier' | 'too_many_runs' | 'suppressed'
export type JourneyRefusalRow = {
  space_id: string
  profile_id: string
  id: string
  journey_id: string
  reason: RefusalReason
  evidence: JsonObject
  happened_at: Date
}

export type JourneyFailureRow = {
  space_id: string
  cohort_id: string
  journey_id: string
  version: number
  step: string
  kind: 'definition' | 'defect'
  error: string
  attempts: number
  first_at: Date
  last_at: Date
}

export type JourneyTables = {
  journey: JourneyRow
  journey_version: JourneyVersionRow
  journey_run: JourneyRunRow
  journey_cohort: JourneyCohortRow
  journey_transition: JourneyTransitionRow
  journey_refusal: JourneyRefusalRow
  journey_failure: JourneyFailureRow
}
