import type { JsonObject } from '../../base/json.ts'

export type TransformationRow = {
  space_id: string
  id: string
  source_id: string
  /** Empty: before anything is stored. */
  destination: string
  type: 'track' | 'identify' | 'group'
  /** A track call's; else empty. */
  event: string
  name: string
  enabled: boolean
  definition: JsonObject
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
}

export type TransformationTables = { transformation: TransformationRow }
