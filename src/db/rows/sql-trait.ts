export type WarehouseRow = {
  space_id: string
  id: string
  name: string
  host: string
  port: number
  database: string
  username: string
  password: string
  ssl: 'disable' | 'require' | 'verify-full'
  created_by: string
  created_at: Date
  updated_at: Date
  deleted_at: Date | null
}
export type SqlTraitRow = {
  space_id: string
  id: string
  name: string
  description: string
  warehouse_id: string
  query: string
  times: readonly number[]
  enabled: boolean
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
  deleted_at: Date | null
}
export type SqlTraitStateRow = {
  space_id: string
  sql_trait_id: string
  next_run_at: Date | null
  run: number
  attempts: number
  resync: boolean
  traits: readonly string[]
  claim: string | null
  claimed_until: Date | null
}
export type SqlTraitRunRow = {
  space_id: string
  sql_trait_id: string
  number: number
  phase: 'reading' | 'telling' | 'done' | 'failed'
  started_at: Date
  finished_at: Date | null
  traits: readonly string[]
  rows: number
  changed: number
  created: number
  missing: number
  discarded: number
  error_code: string | null
  error: string | null
}
type Answered = { space_id: string; sql_trait_id: string; owner: string; member: string }
export type SqlTraitStagedRow = Answered & { hash: string; traits: string }
export type SqlTraitRowRow = Answered & { hash: string }
export type SqlTraitChangeRow = Answered & { hash: string | null; traits: string | null }

export type SqlTraitTables = {
  warehouse: WarehouseRow
  sql_trait: SqlTraitRow
  sql_trait_state: SqlTraitStateRow
  sql_trait_run: SqlTraitRunRow
  sql_trait_staged: SqlTraitStagedRow
  sql_trait_row: SqlTraitRowRow
  sql_trait_change: SqlTraitChangeRow
}
