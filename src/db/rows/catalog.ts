export type CatalogType = 'track' | 'page' | 'screen' | 'identify' | 'group'

export type CatalogSwitchRow = {
  space_id: string
  source_id: string
  type: CatalogType
  name: string
  path: string
  enabled: boolean
  archived_at: Date | null
  updated_by: string
  updated_at: Date
}

export type CatalogTables = { catalog_switch: CatalogSwitchRow }
