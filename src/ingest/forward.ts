import { idFrom } from '../base/ids.ts'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { Violation } from '../event/verdict.ts'
import { nameOf } from '../tracking-plan/rule-type.ts'
import type { Broken } from '../tracking-plan/violations.ts'
import type { Arrival } from './arrival.ts'
import type { Noted, Planned } from './gates.ts'
import { parseCall } from './parse.ts'

const NO_TIME = '0001-01-01T00:00:00Z'
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const timeOf = (value: Json | undefined): string => (typeof value === 'string' && value !== '' ? value : NO_TIME)
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

const violationsOf = ({ verdict }: Noted): readonly Violation[] => verdict.violations ?? []

/** `Violation Generated`: one track call for each violation (spec/connections §1.5). */
const violationCall = ({ call, seen }: Noted, { planId, planName, sourceName }: Planned, violation: Violation): JsonObject => {
  const context = objectOf(seen['context'])
  const { app, library } = context
  return {
    type: 'track',
    event: 'Violation Generated',
    userId: 'schema-violations',
    messageId: `sch-${idFrom(call.sourceId, call.messageId, violation.type, violation.field, violation.description)}`,
    forwardedFromProject: call.sourceId,
    context: { ...(app === undefined ? {} : { app }), ...(library === undefined ? {} : { library }) },
    properties: {
      eventName: call.type === 'track' ? call.name : nameOf(seen),
      eventType: call.type,
      eventMessageID: call.messageId,
      eventSentAt: timeOf(seen['sentAt']),
      eventTimestamp: timeOf(seen['timestamp']),
      appVersion: textOf(objectOf(app)['version']),
      sourceID: call.sourceId,
      sourceName,
      sourceSlug: call.sourceId,
      trackingPlanID: planId,
      trackingPlanName: planName,
      violationType: violation.type,
      violationField: violation.field,
      violationDescription: violation.description,
    },
  }
}

const arrivalAt = (noted: Noted, sourceId: string, item: JsonObject): Arrival => {
  const { receivedAt, wire } = noted.call
  const sentAt = item['sentAt'] ?? wire?.around.sentAt
  const around = {
    sourceId,
    receivedAt,
    newMessageId: () => textOf(item['messageId']),
    ...(sentAt === undefined ? {} : { sentAt }),
  }
  return { raw: item, parsed: parseCall(item, around), sourceId, receivedAt }
}

// What was blocked keeps its content; its id is another, so that it can still be sent again when it is allowed.
const blockedCall = ({ call, seen }: Noted): JsonObject => ({
  ...seen,
  messageId: `fwd-${idFrom(call.sourceId, call.messageId)}`,
  forwardedFromProject: call.sourceId,
})

const forwardsOfOne = (noted: Noted): readonly Arrival[] => {
  const { planned, verdict } = noted
  if (!planned || (verdict.kind === 'drop' && verdict.by !== planned.planId)) return []
  const { forwardingViolationsTo, forwardingBlockedEventsTo } = planned.controls
  const violations = forwardingViolationsTo === undefined ? [] : violationsOf(noted)
  return [
    ...violations.map((violation) => arrivalAt(noted, forwardingViolationsTo ?? '', violationCall(noted, planned, violation))),
    ...(verdict.kind === 'drop' && forwardingBlockedEventsTo !== undefined
      ? [arrivalAt(noted, forwardingBlockedEventsTo, blockedCall(noted))]
      : []),
  ]
}

/**
 * The calls that go into other sources because of what was noted: violations, and events that were blocked. They are stored in the same
 * transaction, under ids that follow from the call's, and no rule is asked about them: so none is blocked a second time.
 */
export const forwardsOf = (noted: readonly Noted[]): readonly Arrival[] => noted.flatMap(forwardsOfOne)

/** The violations of calls that were dropped, or that are new: the same call sent twice has broken its plan once. */
export const brokenIn = (noted: readonly Noted[], stored: ReadonlySet<string>): readonly Broken[] => {
  const told = new Set<string>()
  return noted.flatMap((one): readonly Broken[] => {
    const { call, seen, planned, verdict } = one
    const violations = violationsOf(one)
    const blocked = verdict.kind === 'drop'
    if (!planned || violations.length === 0 || told.has(call.messageId) || (!blocked && !stored.has(call.messageId))) return []
    told.add(call.messageId)
    return [{ sourceId: call.sourceId, planId: planned.planId, call: seen, violations, blocked, at: call.receivedAt }]
  })
}
