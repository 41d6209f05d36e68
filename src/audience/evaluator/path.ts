import { isObject, type Json } from '../../base/json.ts'
import { asValue, type Value } from './value.ts'

/** The keys of a path: a dot walks into an object, one with any run of backslashes before it belongs to the key (spec/audiences §11.2). */
export const keysOf = (path: string): readonly string[] => {
  const keys: string[] = []
  let key = ''
  for (const [part] of path.matchAll(/\\+\.|\.|\\+|[^\\.]+/g)) {
    if (part === '.') {
      keys.push(key)
      key = ''
    } else key += part.endsWith('.') ? '.' : part
  }
  return [...keys, key]
}

// `$` is every entry of an array. Nothing else leads into an array: its entries have no names.
const step = (json: Json, key: string): readonly Json[] => {
  if (key === '$') return Array.isArray(json) ? json : []
  return isObject(json) && Object.hasOwn(json, key) ? [json[key] ?? null] : []
}

/** What stands at a path, null too: none or one, or with `$` one for each entry that has it. */
export const jsonsAt = (json: Json | undefined, keys: readonly string[]): readonly Json[] => {
  let here: readonly Json[] = json === undefined ? [] : [json]
  for (const key of keys) here = here.flatMap((each) => step(each, key))
  return here
}

/** The values that a path leads to: null is none. */
export const valuesAt = (json: Json | undefined, keys: readonly string[]): readonly Value[] =>
  jsonsAt(json, keys)
    .map(asValue)
    .filter((value) => value !== undefined)
