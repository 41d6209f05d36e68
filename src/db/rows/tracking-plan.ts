import type { JsonObject } from '../../base/json.ts'

export type TrackingPlanRow = {
  space_id: string
  id: string
  type: string
  name: string
  slug: string
  description: string
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
}
export type TrackingPlanRuleRow = {
  space_id: string
  plan_id: string
  type: string
  key: string
  version: number
  json_schema: JsonObject
  created_at: Date
  updated_at: Date
  deprecated_at: Date | null
}
export type TrackingPlanChangeRow = {
  space_id: string
  plan_id: string
  id: string
  changed_at: Date
  changed_by: string
  action: string
  subject: string
}
export type TrackingPlanSourceRow = {
  space_id: string
  source_id: string
  plan_id: string
  connected_by: string
  connected_at: Date
}
export type SourceControlRow = {
  space_id: string
  source_id: string
  controls: JsonObject
  updated_by: string
  updated_at: Date
}
export type TrackingPlanLibraryRow = {
  space_id: string
  plan_id: string
  library_id: string
  events: readonly string[] | null
  synced_by: string
  synced_at: Date
}
export type ViolationHourRow = {
  space_id: string
  source_id: string
  hour: Date
  id: string
  plan_id: string
  event_type: string
  event_name: string
  type: string
  field: string
  description: string
  count: number
  blocked: number
  sample: string
  last_at: Date
}

export type TrackingPlanTables = {
  tracking_plan: TrackingPlanRow
  tracking_plan_rule: TrackingPlanRuleRow
  tracking_plan_change: TrackingPlanChangeRow
  tracking_plan_source: TrackingPlanSourceRow
  tracking_plan_library: TrackingPlanLibraryRow
  source_control: SourceControlRow
  violation_hour: ViolationHourRow
}
