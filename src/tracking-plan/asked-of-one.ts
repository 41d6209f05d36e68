import { at, isObject, type Json, type JsonObject } from '../base/json.ts'

const LISTS = ['allOf', 'anyOf', 'oneOf'] as const
const ONES = ['not', 'if', 'then', 'else'] as const
const MAPS = ['dependentSchemas', 'dependencies'] as const
const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'] as const

const under = (value: Json, [key, ...rest]: readonly string[]): Json | undefined => {
  if (key === undefined) return value
  const next = Array.isArray(value) ? (value as readonly Json[])[Number(key)] : at(value, [key])
  return next === undefined ? undefined : under(next, rest)
}

const decoded = (pointer: string): readonly string[] =>
  decodeURIComponent(pointer)
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))

const referredBy = (root: JsonObject, reference: Json | undefined): Json | undefined =>
  typeof reference === 'string' && /^#(\/|$)/.test(reference) ? under(root, decoded(reference.slice(1))) : undefined

/** The schemas that are asked of the same value as this one is. */
const besides = (root: JsonObject, schema: JsonObject): readonly JsonObject[] =>
  [
    ...LISTS.flatMap((word): readonly (Json | undefined)[] => {
      const list = schema[word]
      return Array.isArray(list) ? list : []
    }),
    ...ONES.map((word) => schema[word]),
    ...MAPS.flatMap((word): readonly Json[] => {
      const map = schema[word]
      return isObject(map) ? Object.values(map) : []
    }),
    ...REFERENCES.map((word) => referredBy(root, schema[word])),
  ].filter(isObject)

type Count = (schema: JsonObject) => number
type Schemas = readonly JsonObject[]

const valuesOf = (map: Json | undefined): Schemas => (isObject(map) ? Object.values(map).filter(isObject) : [])
const listOf = (list: Json | undefined): Schemas => (Array.isArray(list) ? list.filter(isObject) : [])
const sum = (schemas: Schemas, count: Count): number => schemas.reduce((so, one) => so + count(one), 0)
const largest = (schemas: Schemas, count: Count): number => schemas.reduce((so, one) => Math.max(so, count(one)), 0)

/** What a schema asks of a value itself and of what is inside: of one property or item it asks one of `named` and all of `every`. */
type Parts = {
  readonly besides: Schemas
  readonly inside: readonly { readonly named: Schemas; readonly every: Schemas }[]
}

const partsOf = (root: JsonObject, schema: JsonObject): Parts => {
  const { properties, patternProperties, additionalProperties, unevaluatedProperties } = schema
  const { prefixItems, items, additionalItems, contains, unevaluatedItems } = schema
  const ofObject = {
    named: valuesOf(properties),
    every: [...valuesOf(patternProperties), ...[additionalProperties, unevaluatedProperties].filter(isObject)],
  }
  const ofList = {
    named: [...listOf(prefixItems), ...listOf(items)],
    every: [items, additionalItems, contains, unevaluatedItems].filter(isObject),
  }
  return {
    besides: besides(root, schema),
    inside: [ofObject, ofList].filter(({ named, every }) => named.length + every.length > 0),
  }
}

// A call is not nested deeper.
const DEEPEST = 64

/**
 * How many schemas one value of a call can be asked by, at most, counted until there are `enough`: references that lead twice to the same schema,
 * one behind the other or one level further in, double it. One that leads back to itself counts once: it has no end, which shows when it is asked.
 */
export const mostAskedOfOne = (root: JsonObject, enough: number): number => {
  const counted = Array.from({ length: DEEPEST + 1 }, () => new Map<JsonObject, number>())
  const known = new Map<JsonObject, Parts>()
  const parts = (schema: JsonObject): Parts => {
    const there = known.get(schema) ?? partsOf(root, schema)
    known.set(schema, there)
    return there
  }
  const counts = counted.map((before, depth): Count => {
    return (schema) => {
      const { besides: own, inside } = parts(schema)
      const itself = depth === 0 ? 1 : 0
      if (own.length === 0 && (itself || inside.length === 0)) return itself
      const there = before.get(schema)
      if (there !== undefined) return there
      before.set(schema, 0)
      const deeper: Count = (one) => counts[depth - 1]?.(one) ?? 0
      const most = inside.reduce((so, { named, every }) => Math.max(so, largest(named, deeper) + sum(every, deeper)), itself)
      const all = most + sum(own, (one) => counts[depth]?.(one) ?? 0)
      before.set(schema, all)
      return all
    }
  })
  let most = 0
  for (const count of counts) {
    const here = count(root)
    most = Math.max(most, here)
    if (here === 0 || most > enough) break
  }
  return most
}
