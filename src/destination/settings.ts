import { Invalid, Misconfigured, type Problem, Refused } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { isSealed, opened, sealed } from '../db/sealed.ts'
import type { Destination, Setting, Settings } from './destination.ts'

const wrongValue = ({ type, choices }: Setting, value: Json): Omit<Problem, 'field'> | undefined => {
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : { message: 'is neither true nor false' }
  if (typeof value !== 'string') return { message: 'is no text' }
  if (value.length > 10_000) return { message: 'is longer than 10,000 characters' }
  if (choices && value !== '' && !choices.some((choice) => choice.value === value))
    return { message: `is "${value}"`, remedy: `choose ${choices.map((choice) => choice.value).join(' or ')}` }
  const isAddress = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  if (type === 'url' && value !== '' && !isAddress) return { message: 'is no address', remedy: 'begin it with https://' }
  return undefined
}

const problemsOf = (tool: Destination, given: JsonObject): readonly Problem[] => [
  ...Object.keys(given).flatMap((key): readonly Problem[] => {
    const remedy = `there are ${Object.keys(tool.settings).join(', ')}`
    return Object.hasOwn(tool.settings, key)
      ? []
      : [{ field: `settings.${key}`, message: `is no setting of ${tool.name}`, remedy }]
  }),
  ...Object.entries(tool.settings).flatMap(([key, setting]): readonly Problem[] => {
    const value = given[key]
    const problem = value === undefined ? undefined : wrongValue(setting, value)
    return problem ? [{ field: `settings.${key}`, ...problem }] : []
  }),
]

// Who may change a destination must not learn its keys by having them sent to an address of theirs.
const refuseSendingElsewhere = (tool: Destination, old: JsonObject, given: JsonObject): void => {
  const moved = Object.entries(tool.settings).some(
    ([key, { type }]) => type === 'url' && given[key] !== undefined && given[key] !== (old[key] ?? ''),
  )
  const kept = Object.entries(tool.settings).filter(
    ([key, { sensitive }]) => sensitive && isSealed(old[key]) && given[key] === undefined,
  )
  if (!moved || kept.length === 0) return
  const names = kept.map(([key]) => key).join(', ')
  throw new Refused('secret_needed', `${names} is kept for the address it was given for. Send it again with another one.`, {
    status: 422,
  })
}

/**
 * Settings as they are stored: what is given over the old ones, secrets sealed; an empty text takes one away. @throws Invalid naming each that is
 * wrong, Refused 422 where a kept secret would go to another address.
 */
export const storedSettings = (db: Db, tool: Destination, old: JsonObject, given: JsonObject): JsonObject => {
  const problems = problemsOf(tool, given)
  if (problems.length > 0) throw new Invalid('invalid_settings', problems)
  refuseSendingElsewhere(tool, old, given)
  return Object.fromEntries(
    Object.entries(tool.settings).flatMap(([key, { sensitive, default: usual }]) => {
      const value = given[key] ?? old[key] ?? usual
      if (value === undefined || value === '') return []
      return [[key, sensitive && given[key] !== undefined ? sealed(db, value) : value]]
    }),
  )
}

/** Required settings that are not there. */
export const missingSettings = (tool: Destination, stored: JsonObject): readonly string[] =>
  Object.entries(tool.settings).flatMap(([key, { required }]) => (required && stored[key] === undefined ? [key] : []))

/** Settings as a tool reads them. @throws Misconfigured where a secret was sealed by another installation's. */
export const openSettings = (db: Db, tool: Destination, stored: JsonObject): Settings =>
  Object.fromEntries(
    Object.entries(stored).map(([key, value]) => {
      const open = tool.settings[key]?.sensitive ? opened(db, value) : value
      if (typeof open === 'string' || typeof open === 'boolean') return [key, open]
      throw new Misconfigured('settings', `The setting "${key}" of a destination is stored as something that is none.`)
    }),
  )

/** Settings as an answer may show them, and which secrets are there: no answer ever holds one. */
export const shownSettings = (
  tool: Destination | undefined,
  stored: JsonObject,
): { readonly settings: JsonObject; readonly secrets: readonly string[] } => {
  const isSecret = (key: string): boolean => !tool || tool.settings[key]?.sensitive === true
  return {
    settings: Object.fromEntries(Object.entries(stored).filter(([key]) => !isSecret(key))),
    secrets: Object.keys(stored).filter(isSecret),
  }
}
