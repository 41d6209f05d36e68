import type { Call } from './call.ts'

/** What a rule says of a call: let it pass, store another in its place, or drop it with a code and a sentence. `subject` is what it is counted by. */
export type Verdict =
  | 'pass'
  | { readonly change: Call }
  | { readonly drop: { readonly code: string; readonly reason: string; readonly subject?: string } }

/** A rule between parse and store. `raw` is the call as it came. */
export type CallRule = (call: Call, raw: unknown) => Verdict
export type Dropped = Extract<Verdict, { readonly drop: unknown }>['drop']

/** What becomes of a call under rules: itself or what it was changed to, or why it is dropped. The first rule that drops it ends the asking. */
export const judge = (
  rules: readonly CallRule[],
  call: Call,
  raw: unknown,
): { readonly call: Call } | { readonly drop: Dropped } => {
  let kept = call
  for (const rule of rules) {
    const verdict = rule(kept, raw)
    if (verdict === 'pass') continue
    if ('drop' in verdict) return verdict
    kept = verdict.change
  }
  return { call: kept }
}
