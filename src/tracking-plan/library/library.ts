import { Invalid } from '../../base/errors.ts'
import type { TrackingPlanRuleRow } from '../../db/rows/tracking-plan.ts'

/** The types of plans that other plans take their rules from (spec/connections §1.4). */
export const isLibrary = (type: string): boolean => type === 'RULE_LIBRARY' || type === 'PROPERTY_LIBRARY'

/** @throws Invalid where a library would hold what nobody can take from it: an event library holds events, a property library one group. */
export const refuseForeignRules = (type: string, rules: readonly Pick<TrackingPlanRuleRow, 'type'>[]): void => {
  const refuse = (message: string, remedy: string): never => {
    throw new Invalid('invalid_library', [{ field: 'rules', message, remedy }])
  }
  if (type === 'RULE_LIBRARY' && rules.some((rule) => rule.type !== 'TRACK'))
    refuse('of an event library are events', 'write rules of type TRACK')
  if (type === 'PROPERTY_LIBRARY' && (rules.length > 1 || rules.some((rule) => rule.type !== 'COMMON')))
    refuse(
      'of a property library are one group of properties',
      'write one rule of type COMMON, with the properties under properties.properties',
    )
}
