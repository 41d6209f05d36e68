import type { Traits } from '../wire.ts'

/* The API's shapes of SQL traits and warehouses, as they travel. */

export type SqlTraitRun = {
  readonly number: number
  readonly status: 'READING' | 'TELLING' | 'DONE' | 'FAILED'
  readonly startedAt: string
  readonly finishedAt?: string
  readonly rows: number
  readonly changed: number
  readonly created: number
  readonly missing: number
  readonly discarded: number
  readonly errorCode?: string
  readonly error?: string
}
export type SqlTrait = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly warehouseId: string
  readonly query: string
  readonly times: readonly string[]
  readonly enabled: boolean
  readonly traits: readonly string[]
  readonly nextRunAt?: string
  readonly lastRun?: SqlTraitRun
  readonly createdBy: string
  readonly updatedAt: string
}
export type SqlPreview = {
  readonly count: number
  readonly identifier: string
  readonly links: boolean
  readonly traits: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly {
    readonly identifier: string
    readonly userId?: string
    readonly known: boolean
    readonly traits: Traits
  }[]
}
export type Ssl = 'disable' | 'require' | 'verify-full'
export type Warehouse = {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly ssl: Ssl
  readonly createdBy: string
  readonly updatedAt: string
}
