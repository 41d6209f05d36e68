import { isObject, type Json } from '../base/json.ts'
import { type Problem, problem } from './problems.ts'

// Without a consent object, or with an empty one, nothing is said about consent (spec/audiences §22.1).
const consentProblem = (consent: Json | undefined): Problem | undefined => {
  if (!isObject(consent) || Object.keys(consent).length === 0) return undefined
  const { categoryPreferences, version } = consent
  if (categoryPreferences === undefined) return problem('consent_categorypreferences_should_exist')
  if (!isObject(categoryPreferences)) return problem('consent_categorypreferences_fields_should_be_object')
  if (Object.values(categoryPreferences).some((value) => typeof value !== 'boolean'))
    return problem('consent_categorypreferences_fields_should_be_bool')
  return version === undefined || typeof version === 'number' ? undefined : problem('consent_version_should_be_number')
}

/** What is wrong with a call's `context`, if anything. */
export const contextProblem = (context: Json | undefined): Problem | undefined => {
  if (context === undefined || context === null) return undefined
  if (!isObject(context))
    return { ...problem('bad_request', 'context'), message: 'is not an object', remedy: 'send {"key": value}' }
  const device = context['device']
  const advertisingId = isObject(device) ? device['advertisingId'] : undefined
  if (advertisingId !== undefined && advertisingId !== null && typeof advertisingId !== 'string')
    return problem('device_advertisingid_should_be_string')
  return consentProblem(context['consent'])
}
