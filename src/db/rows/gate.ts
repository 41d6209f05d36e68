export type EventFilterRow = {
  space_id: string
  id: string
  integration_id: string
  name: string
  description: string
  condition: string
  enabled: boolean
  position: number
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
}
export type SourceGateRow = { space_id: string; source_id: string; revision: number }

export type GateTables = {
  event_filter: EventFilterRow
  source_gate: SourceGateRow
}
