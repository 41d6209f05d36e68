import { Invalid } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { EventDeliveryRow } from '../db/rows/destination.ts'
import { deliveredTo } from '../transformation/delivered.ts'
import { missingConsents } from './consent.ts'
import type { Outgoing } from './destination.ts'
import { DESTINATIONS } from './destinations/index.ts'
import { makeFields, missingOf } from './fields.ts'
import { destinationFilterGate } from './filter-gate.ts'
import { subjectOf } from './integration-filter.ts'
import { saidOf, unknownIn } from './integrations.ts'
import { type Plan, type ReadyMapping, subjectKey } from './plan.ts'

/** Why a call is not sent, in Segment's codes (spec/audiences §19). */
export type StopCode =
  | 'UNSUPPORTED_EVENT_TYPE'
  | 'FILTERED_BY_INTEGRATIONS_OBJECT'
  | 'FILTERED_BY_END_USER_CONSENT'
  | 'FILTERED_BY_RULES'
  | 'NO_MATCHING_MAPPING'
  | 'FILTERED_AT_MAPPING'
  | 'NO_ENABLED_DESTINATIONS'
  | 'INVALID_SETTINGS'
  | 'DROP_EVENT'
  | 'INTERNAL'

/** A call ends here. `filtered`: somebody does not want it sent; `discarded`: it cannot be. */
export type Stop = {
  readonly kind: 'stop'
  readonly status: 'filtered' | 'discarded'
  readonly reason: StopCode
  readonly detail: string
}
/** A call that goes on, as this destination gets it, to these mappings. */
export type Matched = { readonly kind: 'matched'; readonly call: JsonObject; readonly mappings: readonly ReadyMapping[] }

/** A call on its way, as the pipeline sees it. */
export type Passing = Pick<EventDeliveryRow, 'type' | 'name' | 'replay' | 'attempts' | 'received_at'> & {
  readonly call: JsonObject
}

const filtered = (reason: StopCode, detail: string): Stop => ({ kind: 'stop', status: 'filtered', reason, detail })
/** A call that cannot be sent. */
export const discarded = (reason: StopCode, detail: string): Stop => ({ kind: 'stop', status: 'discarded', reason, detail })

const byConsent = ({ tool, consents }: Plan, { call }: Passing): Stop | undefined => {
  const missing = missingConsents(consents, call)
  if (missing.length === 0) return undefined
  const detail = `${tool.name} needs the consent ${missing.map((id) => `"${id}"`).join(' and ')}, which the call does not carry.`
  return filtered('FILTERED_BY_END_USER_CONSENT', detail)
}

const byIntegrations = ({ tool, off }: Plan, { call, type, name }: Passing): Stop | undefined => {
  const said = saidOf(call, tool.name)
  if (said === 'refused')
    return filtered('FILTERED_BY_INTEGRATIONS_OBJECT', `The call says "${tool.name}": false in its integrations object.`)
  if (said === 'all refused')
    return filtered('FILTERED_BY_INTEGRATIONS_OBJECT', `The call says "All": false, and does not name "${tool.name}".`)
  const subject = subjectOf(type, name)
  if (said === 'nothing' && off.has(subjectKey(subject.type, subject.name)))
    return filtered('FILTERED_BY_RULES', `The source’s schema page keeps "${subject.name || type}" from ${tool.name}.`)
  return undefined
}

// A retry meets the filters that were there when the call was accepted: what was on its way still goes out (spec/connections §3.3).
const filtersFor = ({ filters }: Plan, { attempts, received_at }: Passing) =>
  attempts > 1 ? filters.filter(({ since }) => since <= received_at) : filters

/** The mappings whose triggers fit a call. */
export const matching = ({ mappings }: Plan, call: JsonObject): Stop | Matched => {
  const fitting = mappings.filter(({ fits }) => fits(call).kind === 'true')
  if (fitting.length > 0) return { kind: 'matched', call, mappings: fitting }
  const detail =
    mappings.length === 0 ? 'The destination has no mapping that is switched on.' : 'No trigger of a mapping fits the call.'
  return discarded('NO_MATCHING_MAPPING', detail)
}

/**
 * Asks everything that may keep a call from a destination, in the order of spec/connections §0: type, consent, integrations object, schema page, destination
 * filters, the destination's own transformations, triggers of mappings.
 */
export const examine = (plan: Plan, passing: Passing): Stop | Matched => {
  const { destination, tool, settings } = plan
  // A replay goes to a destination that is switched off, too: that is how one is tried (spec/connections §2.6).
  if (!destination.enabled && !passing.replay)
    return discarded('NO_ENABLED_DESTINATIONS', 'The destination was switched off before the call went out.')
  if (!tool.supported.includes(passing.type))
    return discarded('UNSUPPORTED_EVENT_TYPE', `${tool.name} takes ${tool.supported.join(', ')}.`)
  const stopped = byConsent(plan, passing) ?? byIntegrations(plan, passing)
  if (stopped) return stopped
  const verdict = deliveredTo(destinationFilterGate(filtersFor(plan, passing)), plan.transformations)(passing.call)
  if (verdict.kind === 'drop') return filtered('FILTERED_BY_RULES', `The call ${verdict.reason}.`)
  if ('failure' in settings) return discarded('INVALID_SETTINGS', settings.failure)
  return matching(plan, verdict.kind === 'change' ? verdict.call : passing.call)
}

/** The request that a mapping makes of a call, or why there is none. */
export const requestOf = (plan: Plan, { row, action }: ReadyMapping, call: JsonObject, now: Date): Outgoing | Stop => {
  if ('failure' in plan.settings) return discarded('INVALID_SETTINGS', plan.settings.failure)
  const fields = makeFields(action, row.fields, call)
  const missing = missingOf(action, fields)
  if (missing.length > 0)
    return discarded(
      'FILTERED_AT_MAPPING',
      `The mapping "${row.name}" makes no ${missing.join(', ')} of the call, which it needs.`,
    )
  try {
    return action.request({ settings: plan.settings.open, fields, now })
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    return discarded('FILTERED_AT_MAPPING', `The mapping "${row.name}": ${error.message}.`)
  }
}

const NAMES: ReadonlySet<string> = new Set(Object.values(DESTINATIONS).map(({ name }) => name))

/** What is written down of a call beside what becomes of it: names in its integrations object that no tool has. */
export const warningsOf = (call: JsonObject): readonly JsonObject[] =>
  unknownIn(call, (name) => NAMES.has(name)).map((name) => ({ code: 'UNKNOWN_INTEGRATION', name }))
