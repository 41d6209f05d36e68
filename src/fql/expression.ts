import type { Json } from '../base/json.ts'

/** The comparisons of FQL (spec/audiences §4). `=` never converts: `1 = '1'` is false. */
export const COMPARISONS = ['=', '!=', '>=', '<=', '>', '<', 'in'] as const
export type Comparison = (typeof COMPARISONS)[number]

export const FUNCTIONS = {
  contains: 2,
  length: 1,
  lowercase: 1,
  uppercase: 1,
  snakecase: 1,
  kebabcase: 1,
  titlecase: 1,
  typeof: 1,
  match: 2,
  bool: 1,
  string: 1,
  number: 1,
} as const satisfies Readonly<Record<string, number>>
/** The functions of FQL, each with how many values it takes. */
export type FunctionName = keyof typeof FUNCTIONS

/** A parsed FQL expression (spec/audiences §4): asked of a call as it came over the wire. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'both' | 'either'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly by: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly values: readonly Expression[] }

export const isFunction = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name)

/** What FQL calls the kind of a value. `object` is ours: the documentation names none for it. */
export const typeOf = (value: Json): 'string' | 'number' | 'list' | 'bool' | 'null' | 'object' => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  return typeof value === 'number' ? 'number' : 'object'
}
