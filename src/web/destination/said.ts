import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Field } from './wire.ts'

/* What a form holds of a mapping's field: texts as they are typed, and how each is meant. */

/** How a field is filled: from the call, with a value, with a text that has parts of the call in it, as it is written. */
export type Simple = {
  readonly how: 'path' | 'value' | 'template' | 'json'
  readonly text: string
}
/** `nothing`: the field is left out; `keys`: an object, key by key. */
export type FieldSaid =
  | Simple
  | { readonly how: 'nothing' }
  | { readonly how: 'keys'; readonly of: readonly { readonly key: string; readonly said: Simple }[] }
export type How = FieldSaid['how']

const json = (value: Json): Simple => ({ how: 'json', text: JSON.stringify(value, null, 2) })
const isDirective = (value: JsonObject): boolean =>
  Object.keys(value).length === 1 && (Object.keys(value)[0] ?? '').startsWith('@')

// A text that would be read as something else when it is typed stands in quotes.
const typed = (text: string): Json => {
  try {
    const value = JSON.parse(text) as Json
    return typeof value === 'object' && value !== null ? text : value
  } catch {
    return text
  }
}
const textOf = (value: string | number | boolean | null): string =>
  typeof value === 'string' && typed(value) === value ? value : JSON.stringify(value)

const simpleOf = (value: Json): Simple => {
  if (value === null || typeof value !== 'object') return { how: 'value', text: textOf(value) }
  if (!isObject(value)) return json(value)
  const { '@path': path, '@template': template } = value
  if (isDirective(value) && typeof path === 'string') return { how: 'path', text: path }
  if (isDirective(value) && typeof template === 'string') return { how: 'template', text: template }
  return json(value)
}

/** What a form shows of a stored field. */
export const saidOf = (value: Json | undefined, type: Field['type']): FieldSaid => {
  if (value === undefined) return { how: 'nothing' }
  if (type === 'OBJECT' && isObject(value) && !isDirective(value))
    return { how: 'keys', of: Object.entries(value).map(([key, inner]) => ({ key, said: simpleOf(inner) })) }
  if (typeof value === 'string' && type !== 'OBJECT') return { how: 'value', text: value }
  return simpleOf(value)
}

const simpleJson = ({ how, text }: Simple, type?: Field['type']): Json | undefined => {
  switch (how) {
    case 'path':
      return { '@path': text.trim() }
    case 'template':
      return { '@template': text }
    case 'value':
      return type === undefined || ['NUMBER', 'INTEGER', 'BOOLEAN', 'OBJECT'].includes(type) ? typed(text) : text
    case 'json':
      try {
        return JSON.parse(text) as Json
      } catch {
        return undefined
      }
  }
}

/** Whether a field is written so that it can be sent. */
export const isReadable = (said: FieldSaid): boolean => {
  if (said.how === 'nothing') return true
  if (said.how === 'keys') return said.of.every(({ key, said: inner }) => key.trim() !== '' && isReadable(inner))
  return said.how !== 'json' || simpleJson(said) !== undefined
}

/** A field as the API takes it; undefined where it is left out. */
export const jsonOf = (said: FieldSaid, type: Field['type']): Json | undefined => {
  if (said.how === 'nothing') return undefined
  if (said.how === 'keys')
    return Object.fromEntries(
      said.of.flatMap(({ key, said: inner }) => {
        const value = simpleJson(inner)
        return value === undefined ? [] : [[key.trim(), value]]
      }),
    )
  return simpleJson(said, type)
}

/** The ways in which a field can be filled, the likeliest first. */
export const waysOf = ({ type, required }: Field): readonly How[] => {
  const own: readonly How[] = type === 'OBJECT' ? ['path', 'keys', 'json'] : ['value', 'path', 'template', 'json']
  return required ? own : ['nothing', ...own]
}

/** A field that is filled in another way now, with what was typed so far where that makes sense. */
export const asOther = (said: FieldSaid, how: How): FieldSaid => {
  const text = said.how === 'path' || said.how === 'value' || said.how === 'template' ? said.text : ''
  if (how === 'nothing') return { how }
  if (how === 'keys') return { how, of: [{ key: '', said: { how: 'path', text: '' } }] }
  if (how === 'json') return { how, text: JSON.stringify(jsonOf(said, 'OBJECT') ?? '', null, 2) }
  return { how, text: how === 'path' && !text.startsWith('$') ? '$.' : text }
}
