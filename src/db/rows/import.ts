import type { Json } from '../../base/json.ts'

export type ImportRow = {
  space_id: string
  id: string
  kind: 'profiles' | 'calls' | 'replay' | 'destination_replay'
  source_id: string
  file_name: string
  bytes: number
  status: 'RUNNING' | 'PAUSED' | 'COMPLETED' | 'CANCELLED' | 'FAILED'
  requested_by: string
  started_at: Date
  finished_at: Date | null
  expected: number | null
  reached: number
  ahead: number
  taken: number
  duplicates: number
  refused: number
  lines: number
  header: Json
  error: string | null
  claim: string | null
  claimed_until: Date | null
  attempts: number
}
export type ImportPartRow = { space_id: string; import_id: string; part: number; content: Buffer }
export type ImportRefusalRow = { space_id: string; import_id: string; line: number; code: string; message: string }

export type ImportTables = { import: ImportRow; import_part: ImportPartRow; import_refusal: ImportRefusalRow }
