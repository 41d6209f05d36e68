import type { JsonObject } from '../../base/json.ts'

export type FunctionKind = 'SOURCE' | 'DESTINATION' | 'INSERT_DESTINATION' | 'INSERT_SOURCE'

/** One value that a function asks each of its instances for. */
export type SettingDefinition = {
  readonly name: string
  readonly label: string
  readonly description: string
  readonly type: 'STRING' | 'BOOLEAN' | 'ARRAY' | 'TEXT_MAP'
  readonly required: boolean
  /** Kept sealed, and never shown again. */
  readonly sensitive: boolean
}

export type FunctionRow = {
  space_id: string
  id: string
  kind: FunctionKind
  name: string
  description: string
  logo_url: string | null
  settings: readonly SettingDefinition[]
  latest: number
  /** Null: none runs. */
  deployed: number | null
  deployed_at: Date | null
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
}

export type FunctionVersionRow = {
  space_id: string
  function_id: string
  number: number
  code: string
  handlers: readonly string[]
  restored_from: number | null
  created_by: string
  created_at: Date
}

export type FunctionInstanceRow = {
  space_id: string
  id: string
  function_id: string
  /** The source or destination it hangs on. */
  integration_id: string
  name: string
  enabled: boolean
  settings: JsonObject
  /** The sensitive values as sealed JSON. */
  secrets: string | null
  limit_seconds: number
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
}

export type FunctionTables = {
  function: FunctionRow
  function_version: FunctionVersionRow
  function_instance: FunctionInstanceRow
}
