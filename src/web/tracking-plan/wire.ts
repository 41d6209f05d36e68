/* Tracking plans as the API answers them. */

export type Plan = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly description: string
  readonly rules: number
  readonly sources: number
  readonly updatedBy: string
  readonly updatedAt: string
}
export type Rule = {
  readonly type: string
  readonly key: string
  readonly version: number
  readonly jsonSchema: { readonly [key: string]: unknown }
  /** What libraries say of it: edited only there. */
  readonly synced?: { readonly from: readonly string[]; readonly jsonSchema: { readonly [key: string]: unknown } }
}
export type Violation = {
  readonly sourceId: string
  readonly eventType: string
  readonly event: string
  readonly type: string
  readonly field: string
  readonly description: string
  readonly count: number
  readonly blocked: number
  readonly lastSeenAt: string
  readonly sample: string
}
export type Met = { readonly type: string; readonly name: string; readonly count: number; readonly planned: boolean }
