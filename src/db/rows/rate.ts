export type RateWindowRow = { space_id: string; name: string; asked_ms: number; ends_ms: number; used: number }
export type RateTables = { rate_window: RateWindowRow }
