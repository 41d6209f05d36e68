import { isObject, type Json } from '../../base/json.ts'
import { type Exact, exactOfNumber, exactOfText, textOfExact } from './exact.ts'
import { type Instant, storedInstant } from './instant.ts'

/** What stands at a path, or what was measured. Null and "not there" are one thing, and that is no value (spec/audiences §11.3). */
export type Value =
  | { readonly kind: 'number'; readonly number: Exact }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly boolean: boolean }
  | { readonly kind: 'tree'; readonly tree: Json }

export const asValue = (json: Json | undefined): Value | undefined => {
  if (json === undefined || json === null) return undefined
  if (typeof json === 'number') return { kind: 'number', number: exactOfNumber(json) }
  if (typeof json === 'string') return { kind: 'text', text: json }
  if (typeof json === 'boolean') return { kind: 'boolean', boolean: json }
  return { kind: 'tree', tree: json }
}

// The database keeps the keys of an object in this order, not in the sender's: shorter ones first, then by their bytes.
const byBytes = (a: string, b: string): number => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length - right.length || Buffer.compare(left, right)
}

const jsonText = (json: Json): string => {
  if (typeof json === 'number') return textOfExact(exactOfNumber(json))
  if (Array.isArray(json)) return `[${json.map(jsonText).join(',')}]`
  if (isObject(json)) {
    const keys = Object.keys(json).toSorted(byBytes)
    return `{${keys.map((key) => `${JSON.stringify(key)}:${jsonText(json[key] ?? null)}`).join(',')}}`
  }
  return JSON.stringify(json)
}

/** What text operators see: a text as it is, anything else as compact JSON (spec/audiences §11.2). */
export const textOf = (value: Value): string => {
  switch (value.kind) {
    case 'number':
      return textOfExact(value.number)
    case 'text':
      return value.text
    case 'boolean':
      return String(value.boolean)
    case 'tree':
      return jsonText(value.tree)
  }
}

/** A number, or a text that is a plain decimal. */
export const numberOf = (value: Value): Exact | undefined => {
  if (value.kind === 'number') return value.number
  return value.kind === 'text' ? exactOfText(value.text) : undefined
}

export const instantOf = (value: Value): Instant | undefined => (value.kind === 'text' ? storedInstant(value.text) : undefined)

/** A value as JSON, for people to read: a number that JavaScript has no digits for is cut. */
export const jsonOf = (value: Value): Json => {
  switch (value.kind) {
    case 'number':
      return Number(textOfExact(value.number))
    case 'text':
      return value.text
    case 'boolean':
      return value.boolean
    case 'tree':
      return value.tree
  }
}
