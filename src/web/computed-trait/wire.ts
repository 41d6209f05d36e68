import type { ComputedTraitDefinition, EventSelection, Measure } from '../../audience/condition.ts'
import type { User } from '../audience/used-by.tsx'
import type { Traits } from '../wire.ts'

/* The API's shapes of computed traits, as they travel. */

export type About = 'USERS' | 'ACCOUNTS'
export type TraitOptions = {
  readonly filterByExternalIds?: readonly string[]
  readonly includeAnonymousUsers?: boolean
  readonly includeHistoricalData?: boolean
  readonly backfillDurationDays?: number
  readonly honourGroupId?: boolean
  readonly recompute?: { readonly every: string }
}
export type ComputedTrait = {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly description: string
  readonly enabled: boolean
  readonly definition: ComputedTraitDefinition & { readonly query: string; readonly type: About }
  readonly options: TraitOptions
  readonly sentence: string
  readonly status: string
  readonly reason?: string
  readonly version: number
  readonly computeCadence: { readonly type: 'REALTIME' | 'BATCH'; readonly because: readonly string[] }
  readonly computation?: {
    readonly phase: 'waiting' | 'computing' | 'switching'
    readonly percent: number
    readonly cause: string
    readonly askedBy: string
    readonly since: string
    readonly place?: number
    readonly ahead?: number
  }
  readonly createdBy: string
  readonly updatedBy: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly evaluatedAt?: string
}
export type TraitFigures = {
  readonly id: string
  readonly people: number
  readonly more: boolean
  readonly example?: unknown
  readonly checkedAt?: string
  readonly drift?: number
  readonly usedBy: readonly User[]
}
export type Numbers = { readonly low: number; readonly high: number; readonly average: number }
export type Spread = {
  readonly people: number
  readonly numbers?: Numbers
  readonly bins: readonly { readonly from: number; readonly below: number | null; readonly people: number }[]
  readonly commonest: readonly { readonly value: unknown; readonly people: number }[]
}
export type Valued = {
  readonly profileId: string
  readonly name: string | null
  readonly email: string | null
  readonly traits: Traits
  readonly value: unknown
  readonly changedAt?: string
}
export type TraitPreview = {
  readonly size: { readonly count: number }
  readonly numbers?: Numbers
  readonly results: readonly Valued[]
  readonly sentence: string
  readonly query: string
}
export type { EventSelection, Measure }
