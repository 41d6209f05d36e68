import type { Call } from './call.ts'

/** What a rule says of a call: let it pass, store another in its place, or drop it with a code and a sentence. `subject` is what it is counted by; `onward`: the destinations of its source get it all the same. */
export type Verdict =
  | 'pass'
  | { readonly change: Call }
  | { readonly drop: { readonly code: string; readonly reason: string; readonly subject?: string; readonly onward?: true } }

/** A rule between parse and store. `raw` is the call as it came; `outside`: the space does not want it, and it is asked whether other destinations get it. */
export type CallRule = (call: Call, raw: unknown, outside: boolean) => Verdict
export type Dropped = Extract<Verdict, { readonly drop: unknown }>['drop']

/** What became of a call under rules: what is stored in its place, or why it is dropped, and what goes on to destinations where that is all that was said. */
export type Judgement = { readonly call: Call } | { readonly drop: Dropped; readonly onward?: Call }

/**
 * What becomes of a call under rules: itself or what it was changed to, or why it is dropped. The first rule that drops it ends the asking; where it goes
 * onward, the others are asked about what goes. `outside`: why it was dropped by rules before these.
 */
export const judge = (rules: readonly CallRule[], call: Call, raw: unknown, outside?: Dropped): Judgement => {
  let kept = call
  let dropped = outside
  for (const rule of rules) {
    const verdict = rule(kept, raw, dropped !== undefined)
    if (verdict === 'pass') continue
    if ('change' in verdict) kept = verdict.change
    else if (verdict.drop.onward) dropped ??= verdict.drop
    else return { drop: dropped ?? verdict.drop }
  }
  return dropped ? { drop: dropped, onward: kept } : { call: kept }
}
