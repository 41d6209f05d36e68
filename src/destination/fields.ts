import { Invalid, type Problem } from '../base/errors.ts'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { Action, FieldType } from './destination.ts'
import { type KeyPath, keyPathOf, sourcePathOf } from './key-path.ts'

/*
 * What a mapping makes of a call, written as Segment writes it: a value stands for itself; `{"@path": "$.properties.total"}`,
 * `{"@template": "+1{{traits.phone}}"}`, `{"@literal": …}`, `{"@if": {"exists" | "blank": …, "then": …, "else": …}}` and, ours,
 * `{"@coalesce": [first, second]}` (the first that is there) are read from the call.
 */

const step = (value: Json | undefined, key: string | number): Json | undefined => {
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined
  if (Array.isArray(value)) return undefined
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** What is at a path of a call, or undefined. */
export const readPath = (call: Json, path: KeyPath): Json | undefined => path.reduce<Json | undefined>(step, call)

const MOST_TEMPLATE = 10_000
const TAG = /\{\{\{?\s*([^{}]+?)\s*\}?\}\}/g
const isThere = (value: Json | undefined): value is Json => value !== undefined && value !== null
const isBlank = (value: Json | undefined): boolean => !isThere(value) || value === ''
const textOf = (value: Json | undefined): string =>
  isThere(value) ? (typeof value === 'object' ? JSON.stringify(value) : String(value)) : ''

const template = (text: string, call: JsonObject): string =>
  text.replaceAll(TAG, (_, path: string) => textOf(readPath(call, sourcePathOf(path) ?? [path])))

type Directive = {
  /** What is wrong with how it is written; undefined where nothing is. */
  readonly wrong: (value: Json) => string | undefined
  readonly make: (value: Json, call: JsonObject) => Json | undefined
}

const condition = (value: Json): JsonObject => (isObject(value) ? value : {})

const DIRECTIVES: Readonly<Record<string, Directive>> = {
  '@path': {
    wrong: (value) =>
      typeof value === 'string' && sourcePathOf(value) !== undefined && !value.includes('/')
        ? undefined
        : 'is no path: write $.properties.total',
    make: (value, call) => readPath(call, (typeof value === 'string' && sourcePathOf(value)) || []),
  },
  '@template': {
    wrong: (value) =>
      typeof value === 'string' && value.length <= MOST_TEMPLATE ? undefined : 'is no text: write "Hello {{traits.name}}"',
    make: (value, call) => template(String(value), call),
  },
  '@literal': { wrong: () => undefined, make: (value) => value },
  '@if': {
    wrong: (value) => {
      const { exists, blank } = condition(value)
      const asked = exists === undefined ? blank : exists
      if (asked === undefined) return 'asks nothing: say "exists" or "blank"'
      return [asked, condition(value)['then'], condition(value)['else']].flatMap((one) => wrongIn(one ?? null) ?? [])[0]
    },
    make: (value, call) => {
      const { exists, blank, then, else: otherwise } = condition(value)
      const holds = exists === undefined ? isBlank(make(blank ?? null, call)) : isThere(make(exists, call))
      const chosen = holds ? then : otherwise
      return chosen === undefined ? undefined : make(chosen, call)
    },
  },
  '@coalesce': {
    wrong: (value) =>
      Array.isArray(value) && value.length > 0
        ? value.flatMap((one: Json) => wrongIn(one) ?? [])[0]
        : 'is no list: write [{"@path": "$.userId"}, {"@path": "$.anonymousId"}]',
    make: (value, call) => {
      for (const one of Array.isArray(value) ? value : []) {
        const made = make(one, call)
        if (!isBlank(made)) return made
      }
      return undefined
    },
  },
}

const directiveOf = (value: JsonObject): readonly [string, Json] | undefined => {
  const [first, ...more] = Object.entries(value)
  return first && more.length === 0 && first[0].startsWith('@') ? first : undefined
}

const wrongIn = (value: Json): string | undefined => {
  if (Array.isArray(value)) return value.flatMap((one: Json) => wrongIn(one) ?? [])[0]
  if (!isObject(value)) return undefined
  const directive = directiveOf(value)
  if (directive) {
    const known = DIRECTIVES[directive[0]]
    if (!known) return `knows no "${directive[0]}": there are ${Object.keys(DIRECTIVES).join(', ')}`
    const wrong = known.wrong(directive[1])
    return wrong && `${directive[0]} ${wrong}`
  }
  return Object.entries(value).flatMap(([key, inner]) => wrongKey(key) ?? wrongIn(inner) ?? [])[0]
}

const wrongKey = (key: string): string | undefined => {
  if (key.includes('/')) return `has the name "${key}": a name has no "/"`
  return keyPathOf(key) ? undefined : `has the name "${key}", which is none: put it between double quotes`
}

type Made = { [key: string]: Json } | Json[]
const put = (into: Made, path: KeyPath, value: Json): void => {
  const [first, second, ...rest] = path
  if (first === undefined) return
  const there = into as Record<string | number, Json>
  // An item that no key speaks of is there, and nothing.
  if (Array.isArray(into) && typeof first === 'number') while (into.length < first) into.push(null)
  if (second === undefined) {
    there[first] = value
    return
  }
  const before = there[first]
  const inside: Made = typeof before === 'object' && before !== null ? (before as Made) : typeof second === 'number' ? [] : {}
  there[first] = inside
  put(inside, [second, ...rest], value)
}

const make = (value: Json, call: JsonObject): Json | undefined => {
  if (Array.isArray(value)) return value.map((one: Json) => make(one, call) ?? null)
  if (!isObject(value)) return value
  const directive = directiveOf(value)
  if (directive) return DIRECTIVES[directive[0]]?.make(directive[1], call)
  const made: { [key: string]: Json } = {}
  for (const [key, inner] of Object.entries(value)) {
    const one = make(inner, call)
    if (one !== undefined) put(made, keyPathOf(key) ?? [key], one)
  }
  return made
}

const fitted = (type: FieldType, value: Json): Json => {
  if ((type === 'string' || type === 'text' || type === 'password') && (typeof value === 'number' || typeof value === 'boolean'))
    return String(value)
  const isNumber = (type === 'number' || type === 'integer') && typeof value === 'string' && value.trim() !== ''
  if (isNumber && Number.isFinite(Number(value))) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** The fields of a request, made of one call; what a call does not have is left out. */
export const makeFields = (action: Action, fields: JsonObject, call: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(action.fields).flatMap(([key, { type }]) => {
      const said = fields[key]
      const made = said === undefined ? undefined : make(said, call)
      return made === undefined ? [] : [[key, fitted(type, made)]]
    }),
  )

/** Fields with what a new mapping of the action begins with, where nothing is said. */
export const withUsual = (action: Action, fields: JsonObject): JsonObject => ({
  ...Object.fromEntries(
    Object.entries(action.fields).flatMap(([key, { default: usual }]) => (usual === undefined ? [] : [[key, usual]])),
  ),
  ...fields,
})

/** The fields that an action needs and that are not there, or empty. */
export const missingOf = (action: Action, made: JsonObject): readonly string[] =>
  Object.entries(action.fields).flatMap(([key, { required }]) => (required && isBlank(made[key]) ? [key] : []))

/** @throws Invalid naming each field that the action does not have, or that is written wrongly; where it is `complete`, also each that is missing. */
export const refuseBadFields = (action: Action, fields: JsonObject, complete: boolean): void => {
  const problems: Problem[] = Object.entries(fields).flatMap(([key, value]) => {
    if (!Object.hasOwn(action.fields, key)) {
      const remedy = `there are ${Object.keys(action.fields).join(', ')}`
      return [{ field: `fields.${key}`, message: `is no field of "${action.name}"`, remedy }]
    }
    const message = wrongIn(value)
    return message ? [{ field: `fields.${key}`, message, remedy: 'see how mappings are written' }] : []
  })
  for (const key of complete ? missingOf(action, fields) : [])
    problems.push({ field: `fields.${key}`, message: 'is missing', remedy: 'fill it before the mapping is switched on' })
  if (problems.length > 0) throw new Invalid('invalid_mapping', problems)
}
