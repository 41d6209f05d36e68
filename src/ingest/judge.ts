import { must } from '../base/must.ts'
import type { Arrival } from './arrival.ts'
import { dropOf } from './arrival.ts'
import { type Identified, isAboutAccount } from './attach.ts'
import type { Call } from './call.ts'
import type { Drop } from './drop.ts'
import { identifiersOf } from './identifiers.ts'
import { isForSpace } from './parse.ts'
import { type Problem, problem } from './problems.ts'
import { type CallRule, type Judgement, judge } from './rule.ts'
import type { Settings } from './settings.ts'
import { isTraceless } from './suppressed.ts'

/** What is to be done with an arrival: stored, left alone because it says so itself, or dropped with its problem; `onward` goes to destinations all the same. */
export type Judged =
  | { readonly kind: 'kept'; readonly identified: Identified }
  | { readonly kind: 'filtered'; readonly messageId: string; readonly call: Call }
  | {
      readonly kind: 'dropped'
      readonly arrival: Arrival
      readonly messageId: string | undefined
      readonly problem: Problem
      readonly onward?: Call | undefined
    }

const identify = (arrival: Arrival, call: Call, { rules }: Settings): Judged => {
  const identified = { call, raw: arrival.raw, ...identifiersOf(call.places, rules) }
  return identified.identifiers.length > 0 || isAboutAccount(call)
    ? { kind: 'kept', identified }
    : { kind: 'dropped', arrival, messageId: call.messageId, problem: problem('no_matching_identifiers') }
}

type Blocked = Extract<Judgement, { readonly drop: unknown }>
const blocked = (
  arrival: Arrival,
  call: Pick<Call, 'messageId'>,
  { drop: { code, reason, subject = '' }, onward }: Blocked,
): Judged => ({
  kind: 'dropped',
  arrival,
  messageId: call.messageId,
  problem: { code, field: '', message: reason, remedy: '', subject },
  onward,
})

const judgeCall = (arrival: Arrival, call: Call, settings: Settings, rules: readonly CallRule[]): Judged => {
  if (rules.length === 0) return identify(arrival, call, settings)
  const verdict = judge(rules, call, arrival.raw)
  return 'call' in verdict ? identify(arrival, verdict.call, settings) : blocked(arrival, call, verdict)
}

// A browser's SDK is told which events are blocked, and marks them as for no tool: they are counted as blocked all the same (spec/connections §2.7).
const judgeFiltered = (arrival: Arrival, call: Call, rules: readonly CallRule[]): Judged => {
  const verdict = judge(rules, call, arrival.raw)
  return 'drop' in verdict ? blocked(arrival, call, verdict) : { kind: 'filtered', messageId: call.messageId, call: verdict.call }
}

// The function may have said whom the call is for.
const judgeThrough = (arrival: Arrival, call: Call, settings: Settings): Judged =>
  call.wire && !isForSpace(call.wire) ? { kind: 'filtered', messageId: call.messageId, call } : identify(arrival, call, settings)

const callOf = ({ parsed }: Arrival): Pick<Call, 'messageId'> =>
  must(parsed.kind === 'problem' ? undefined : parsed.call, 'a call that a function was asked about')

/** What insert functions made of calls, where they were asked. */
export type Asked = ReadonlyMap<Arrival, Judgement>
const NOT_ASKED: Asked = new Map()

const judgeOne = (
  arrival: Arrival,
  settings: Settings,
  rulesOf: (sourceId: string) => readonly CallRule[],
  asked: Asked,
): Judged => {
  const { parsed } = arrival
  const through = asked.get(arrival)
  if (through)
    return 'call' in through ? judgeThrough(arrival, through.call, settings) : blocked(arrival, callOf(arrival), through)
  if (parsed.kind === 'call') return judgeCall(arrival, parsed.call, settings, rulesOf(arrival.sourceId))
  if (parsed.kind === 'filtered') return judgeFiltered(arrival, parsed.call, rulesOf(arrival.sourceId))
  return { kind: 'dropped', arrival, messageId: parsed.messageId, problem: parsed.problem }
}

/** Asks the rules of each source about its calls and finds whom the calls name. */
export const judgeArrivals = (
  arrivals: readonly Arrival[],
  settings: Settings,
  rulesOf: (sourceId: string) => readonly CallRule[],
  asked: Asked = NOT_ASKED,
): readonly Judged[] => arrivals.map((arrival) => judgeOne(arrival, settings, rulesOf, asked))

/** Those that are stored. */
export const keptOf = (judged: readonly Judged[]): readonly Identified[] =>
  judged.flatMap((one) => (one.kind === 'kept' ? [one.identified] : []))

/** Those that are not, as they are counted. */
export const dropsOf = (judged: readonly Judged[]): readonly Drop[] =>
  judged.flatMap((one) =>
    one.kind === 'dropped' ? [dropOf(one.arrival, one.problem, isTraceless(one.problem) ? undefined : one.messageId)] : [],
  )
