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
