/** What names nobody: a text, or a pattern. */
export type Blocked = string | { readonly regex: string }
export type Period = 'ever' | 'weekly' | 'monthly' | 'annually'

/** A number, 1 is kept longest; behind all; or null: as usual. */
export type Priority = number | 'last' | null

/** How identifiers of one type are treated, as it travels. */
export type IdentityRule = {
  readonly type: string
  readonly limit: number
  readonly period: Period
  readonly priority: Priority
  readonly blocked: readonly Blocked[] | null
  readonly readsTraits: boolean
  readonly mayReadTraits: boolean
  readonly readFrom: readonly string[]
  readonly seen: boolean
  readonly stored: boolean
}
export type IdentityRules = { readonly rules: readonly IdentityRule[]; readonly usualBlocked: readonly Blocked[] }

export const PATH = '/identity-rules'
