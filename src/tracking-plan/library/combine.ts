import { isDeepStrictEqual } from 'node:util'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/**
 * What libraries say of one rule of a plan. `open`: so many levels from the top are the plan's own beside it (an event library has the whole rule, a
 * property library only what lies in `properties`).
 */
export type Part = { readonly schema: JsonObject; readonly open: number }

const NOTHING: JsonObject = {}
const propertiesOf = ({ properties }: JsonObject): JsonObject => (isObject(properties) ? properties : NOTHING)
const requiredIn = ({ required }: JsonObject): readonly Json[] => (Array.isArray(required) ? required : [])

const withParts = (keywords: JsonObject, properties: JsonObject, required: readonly Json[]): JsonObject => {
  const { properties: _, required: __, ...others } = keywords
  return {
    ...others,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  }
}

const beyond = (own: JsonObject, theirs: JsonObject, open: number): JsonObject => {
  const known = propertiesOf(theirs)
  const extra = Object.entries(propertiesOf(own)).flatMap(([name, inside]): readonly (readonly [string, Json])[] => {
    const there = Object.hasOwn(known, name) ? known[name] : undefined
    if (there === undefined) return [[name, inside]]
    if (!isObject(there) || !isObject(inside)) return []
    const left = beyond(inside, there, Math.max(0, open - 1))
    return Object.keys(left).length === 0 ? [] : [[name, left]]
  })
  const required = requiredIn(own).filter((name) => !requiredIn(theirs).includes(name) && !Object.hasOwn(known, String(name)))
  const keywords = open === 0 ? NOTHING : Object.fromEntries(Object.entries(own).filter(([key]) => !Object.hasOwn(theirs, key)))
  return withParts(keywords, Object.fromEntries(extra), required)
}

/** One schema laid over another: where both speak of the same, the upper one counts. */
export const onTop = (upper: JsonObject, under: JsonObject): JsonObject => {
  const own = propertiesOf(under)
  const laid = Object.entries(propertiesOf(upper)).map(([name, inside]): readonly [string, Json] => {
    const there = Object.hasOwn(own, name) ? own[name] : undefined
    return [name, isObject(inside) && isObject(there) ? onTop(inside, there) : inside]
  })
  const required = [...new Set([...requiredIn(upper), ...requiredIn(under)])]
  return withParts({ ...under, ...upper }, { ...own, ...Object.fromEntries(laid) }, required)
}

/** What a plan says of a rule beyond its libraries: properties of its own (spec/connections §1.4). */
export const extrasOf = (own: JsonObject, { schema, open }: Part): JsonObject => beyond(own, schema, open)

const sorted = (value: Json): Json => {
  if (!isObject(value)) return value
  const { required, ...others } = value
  const inside = Object.fromEntries(Object.entries(others).map(([key, one]) => [key, sorted(one)]))
  if (Array.isArray(required)) return required.length === 0 ? inside : { ...inside, required: required.toSorted() }
  return required === undefined ? inside : { ...inside, required: sorted(required) }
}

/** Whether a rule says all that its libraries say, and beyond it only more properties. */
export const keepsTo = (own: JsonObject, part: Part): boolean =>
  isDeepStrictEqual(sorted(own), sorted(onTop(part.schema, extrasOf(own, part))))

/** A rule after its libraries changed: what they say now, and the properties that are the plan's own. */
export const rebased = (own: JsonObject | undefined, before: Part | undefined, after: Part): JsonObject => {
  if (own === undefined) return after.schema
  return onTop(after.schema, extrasOf(before ? extrasOf(own, before) : own, after))
}
