export type SourceDropRow = {
  space_id: string
  source_id: string
  hour: Date
  code: string
  /** The field, identifier type, rule or event it is about. */
  subject: string
  count: number
  reason: string
  /** The first call of the hour, as JSON text, cut where it is long. */
  sample: string
  message_id: string | null
  first_at: Date
  last_at: Date
}

export type DropTables = { source_drop: SourceDropRow }
