import type { JsonObject } from '../base/json.ts'
import type { Verdict } from '../event/verdict.ts'
import type { Noted } from './gates.ts'

/** What rules at the door did to stored calls, by their message ids. */
export type Told = {
  /** Which properties or traits were taken out of a call. */
  readonly omittedOf: (messageId: string) => readonly string[]
  /** What was done to a call, in words. */
  readonly didOf: (messageId: string) => readonly string[]
  /** A call as transformations left it; undefined where none changed it. */
  readonly itemOf: (messageId: string) => JsonObject | undefined
}
type Changed = Extract<Verdict, { readonly kind: 'change' }>
const NO_WORDS: readonly string[] = []

/** Nothing was done. */
export const NOTHING_TOLD: Told = { omittedOf: () => NO_WORDS, didOf: () => NO_WORDS, itemOf: () => undefined }

/** What two parts of one batch were told. */
export const bothTold = (first: Told, second: Told): Told => ({
  omittedOf: (messageId) => [...first.omittedOf(messageId), ...second.omittedOf(messageId)],
  didOf: (messageId) => [...first.didOf(messageId), ...second.didOf(messageId)],
  itemOf: (messageId) => first.itemOf(messageId) ?? second.itemOf(messageId),
})

const wordsIn = (noted: readonly Noted[], wordsOf: (change: Changed) => readonly string[]): Told['didOf'] => {
  const words = new Map<string, readonly string[]>()
  for (const { call, verdict } of noted)
    if (verdict.kind === 'change') words.set(call.messageId, [...(words.get(call.messageId) ?? NO_WORDS), ...wordsOf(verdict)])
  return (messageId) => words.get(messageId) ?? NO_WORDS
}

const didIn = ({ omitted = NO_WORDS, did = NO_WORDS }: Changed): readonly string[] => [
  ...omitted.map((path) => `left out ${path}`),
  ...did,
]

const transformedIn = (noted: readonly Noted[]): Told['itemOf'] => {
  const items = new Map<string, JsonObject>()
  for (const { call, verdict } of noted) if (verdict.kind === 'change' && verdict.did) items.set(call.messageId, verdict.call)
  return (messageId) => items.get(messageId)
}

/** What the rules did, from what they noted. */
export const toldBy = (noted: readonly Noted[]): Told =>
  noted.length === 0
    ? NOTHING_TOLD
    : {
        omittedOf: wordsIn(noted, ({ omitted = NO_WORDS }) => omitted),
        didOf: wordsIn(noted, didIn),
        itemOf: transformedIn(noted),
      }
