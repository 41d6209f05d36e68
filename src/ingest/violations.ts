import type { Refusal } from '../profile/refusal.ts'
import type { Identified } from './attach.ts'
import type { Drop } from './drop.ts'
import { type Problem, sentenceOf } from './problems.ts'

const problemOf = ({ code, identifier, reason }: Refusal): Problem => ({
  code,
  field: '',
  message: `${identifier.type} ${identifier.value} was not taken. ${reason}`,
  remedy: '',
  subject: identifier.type,
})

/** What each call's sender is told of identifiers that were not taken, by message id. */
export const violationsOf = (refusals: readonly Refusal[]): ReadonlyMap<string, readonly Problem[]> => {
  const byCall = new Map<string, Problem[]>()
  for (const refusal of refusals)
    byCall.set(refusal.cause.messageId, [...(byCall.get(refusal.cause.messageId) ?? []), problemOf(refusal)])
  return byCall
}

/** The same, to be counted by source. */
export const dropsOfRefusals = (refusals: readonly Refusal[], calls: readonly Identified[]): readonly Drop[] => {
  if (refusals.length === 0) return []
  const raws = new Map(calls.map(({ call, raw }) => [call.messageId, raw]))
  return refusals.map((refusal) => ({
    sourceId: refusal.cause.sourceId,
    code: refusal.code,
    subject: refusal.identifier.type,
    reason: sentenceOf(problemOf(refusal)),
    messageId: refusal.cause.messageId,
    at: refusal.cause.receivedAt,
    call: raws.get(refusal.cause.messageId),
  }))
}
