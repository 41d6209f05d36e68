import type { FuncKeywordDefinition, SchemaValidateFunction } from 'ajv'
import { isObject, type Json } from '../base/json.ts'

// Two objects are the same whatever the order of their keys.
const inOrder = (_: string, value: Json): Json =>
  isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value

const alike = (list: readonly Json[]): { readonly i: number; readonly j: number } | undefined => {
  const seen = new Map<string, number>()
  for (const [i, item] of list.entries()) {
    const text = JSON.stringify(item, inOrder)
    const j = seen.get(text)
    if (j !== undefined) return { i, j }
    seen.set(text, i)
  }
  return undefined
}

const areUnique: SchemaValidateFunction = (wanted: boolean, list: readonly Json[]): boolean => {
  const two = wanted ? alike(list) : undefined
  areUnique.errors = two ? [{ keyword: 'uniqueItems', params: two }] : []
  return two === undefined
}

/** `uniqueItems` in time that grows with the array: the validator's own compares each item with every other, 2 s for 30 KB of objects. */
export const UNIQUE_ITEMS: FuncKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  validate: areUnique,
}
