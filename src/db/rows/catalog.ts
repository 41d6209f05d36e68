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

/** `days`: allowed and blocked by day; `kinds`: how often of which type; `frequent`: how often which value, written as JSON. */
export type CatalogSeenRow = {
  space_id: string
  source_id: string
  type: CatalogType
  name: string
  path: string
  first_at: Date
  last_at: Date
  days: Readonly<Record<string, readonly [number, number]>>
  kinds: Readonly<Record<string, number>>
  frequent: Readonly<Record<string, number>>
}

export type CatalogTables = { catalog_switch: CatalogSwitchRow; catalog_seen: CatalogSeenRow }
