export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a dotted path, or undefined where the path leaves the tree. */
export const at = (value: Json | undefined, path: readonly string[]): Json | undefined => {
  let here: Json | undefined = value
  for (const key of path) here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined
  return here
}

/** Whether a value is nested deeper than so many levels. */
export const isDeeperThan = (levels: number, value: Json | undefined): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(levels - 1, item))
  for (const key in value) if (isDeeperThan(levels - 1, (value as JsonObject)[key])) return true
  return false
}

/** Text as Postgres takes it: without U+0000, and halves of a surrogate pair replaced by U+FFFD. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()

/** Postgres refuses U+0000 in text and jsonb; it carries no meaning, so it is taken out at the door. */
export const withoutNul = (text: string): string =>
  text.includes('\\u0000') ? text.replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1') : text

const loneSurrogate = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g

/** JSON text that jsonb takes: without U+0000, and halves of a surrogate pair (which `stringify` writes as escapes) replaced by U+FFFD. */
export const jsonText = (value: unknown): string => {
  const text = withoutNul(JSON.stringify(value))
  return text.includes('\\ud') ? text.replaceAll(loneSurrogate, '$1\ufffd') : text
}

const LEVELS_SHOWN = 64
const cutBelow = (levels: number, value: Json): Json => {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return '…'
  if (Array.isArray(value)) return value.map((item: Json) => cutBelow(levels - 1, item))
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, cutBelow(levels - 1, inside)]))
}

/** The same to be looked at only, of anything that came in: what is nested deeper than 64 levels is left out, because writing it out could fail. */
export const shownText = (value: unknown): string => {
  const json = (value ?? null) as Json
  return jsonText(isDeeperThan(LEVELS_SHOWN, json) ? cutBelow(LEVELS_SHOWN, json) : json)
}
