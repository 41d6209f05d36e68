export type AlertKind = 'volume_drop' | 'volume_surge' | 'violations'

/** One event of an incident, with its figures when it was last looked at. */
export type AlertSubject = {
  readonly type: string
  /** The event's name, a page's or screen's; empty for identify and group. */
  readonly name: string
  readonly count: number
  /** Of a volume: what the same hour of the weeks before had. */
  readonly expected?: number
  /** Of violations: what was broken, a few. */
  readonly fields?: readonly string[]
  readonly lastAt: string
  readonly closedAt?: string
}

export type EventHourRow = { space_id: string; hour: Date; source_id: string; type: string; name: string; count: number }
export type AlertRow = {
  space_id: string
  id: string
  kind: AlertKind
  source_id: string
  opened_at: Date
  closed_at: Date | null
  subjects: readonly AlertSubject[]
  told: 'nobody' | 'waiting' | 'sent' | 'failed'
  told_at: Date | null
  told_error: string | null
}
export type AlertCheckRow = { space_id: string; hour: Date }
export type AlertSettingRow = {
  space_id: string
  volume: boolean
  violations: boolean
  url: string | null
  secret: string
  updated_by: string
  updated_at: Date
}

export type AlertTables = {
  event_hour: EventHourRow
  alert: AlertRow
  alert_check: AlertCheckRow
  alert_setting: AlertSettingRow
}
