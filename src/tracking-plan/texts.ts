import type { ErrorObject } from 'ajv'
import type { Json } from '../base/json.ts'
import type { Violation } from '../event/verdict.ts'

/** A violation with the place in the call: what may be taken out for it. */
export type Found = Violation & { readonly path: readonly string[] }

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

const expected = (type: unknown): string => (Array.isArray(type) ? `[${type.join(',')}]` : String(type))

// Each of 10,000 items of an array may lack the same 200 countries.
const lists = new WeakMap<object, string>()
const listed = (values: unknown): string => {
  if (!Array.isArray(values)) return ''
  const list = lists.get(values) ?? values.map((one) => JSON.stringify(one)).join(', ')
  lists.set(values, list)
  return list
}

// As the validator behind Segment writes them (spec/connections §1.5): alerts and sheets that match on these texts keep working.
const TEXTS: Readonly<Record<string, (error: ErrorObject, field: string) => string>> = {
  type: ({ params, data }) => `Invalid type. Expected: ${expected(params['type'])}, given: ${kindOf(data)}`,
  required: (_, field) => `${field} is required`,
  dependentRequired: (_, field) => `${field} is required`,
  dependencies: (_, field) => `${field} is required`,
  enum: ({ params }, field) => `${field} must be one of the following: ${listed(params['allowedValues'])}`,
  const: ({ params }, field) => `${field} does not match: ${JSON.stringify(params['allowedValue'])}`,
  pattern: ({ params }) => `Does not match pattern '${String(params['pattern'])}'`,
  format: ({ params }) => `Does not match format '${String(params['format'])}'`,
  minLength: ({ params }) => `String length must be greater than or equal to ${String(params['limit'])}`,
  maxLength: ({ params }) => `String length must be less than or equal to ${String(params['limit'])}`,
  minimum: ({ params }) => `Must be greater than or equal to ${String(params['limit'])}`,
  exclusiveMinimum: ({ params }) => `Must be greater than ${String(params['limit'])}`,
  maximum: ({ params }) => `Must be less than or equal to ${String(params['limit'])}`,
  exclusiveMaximum: ({ params }) => `Must be less than ${String(params['limit'])}`,
  multipleOf: ({ params }) => `Must be a multiple of ${String(params['multipleOf'])}`,
  minItems: ({ params }) => `Array must have at least ${String(params['limit'])} items`,
  maxItems: ({ params }) => `Array must have at most ${String(params['limit'])} items`,
  uniqueItems: ({ params }) => `array items[${String(params['j'])},${String(params['i'])}] must be unique`,
  contains: () => 'At least one of the items must match',
  minProperties: ({ params }) => `Must have at least ${String(params['limit'])} properties`,
  maxProperties: ({ params }) => `Must have at most ${String(params['limit'])} properties`,
  additionalProperties: ({ params }) => `Additional property ${String(params['additionalProperty'])} is not allowed`,
  unevaluatedProperties: ({ params }) => `Additional property ${String(params['unevaluatedProperty'])} is not allowed`,
  allOf: () => 'Must validate all the schemas',
  anyOf: () => 'Must validate at least one schema',
  oneOf: () => 'Must validate one and only one schema',
  not: () => 'Must not validate the schema',
  if: ({ params }) =>
    params['failingKeyword'] === 'else' ? 'Must validate "else" as "if" was not valid' : 'Must validate "then" as "if" was valid',
}

const TYPES: Readonly<Record<string, string>> = {
  type: 'Invalid Type',
  required: 'Required',
  dependentRequired: 'Required',
  dependencies: 'Required',
}

const segmentsOf = (pointer: string): readonly string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))

/** A path as people write it: an item of an array is `$`, the call itself `(root)`. */
export const fieldOf = (call: Json, path: readonly string[]): string => {
  let here: unknown = call
  const words = path.map((segment) => {
    const word = Array.isArray(here) ? '$' : segment
    here =
      typeof here === 'object' && here !== null && Object.hasOwn(here, segment)
        ? (here as Record<string, unknown>)[segment]
        : undefined
    return word
  })
  return words.join('.') || '(root)'
}

const EXTRA = ['missingProperty', 'additionalProperty', 'unevaluatedProperty']

const foundOf = (call: Json, error: ErrorObject): Found => {
  const extra = EXTRA.map((name) => error.params[name] as unknown).find((name) => typeof name === 'string')
  const path = [...segmentsOf(error.instancePath), ...(typeof extra === 'string' ? [extra] : [])]
  const field = fieldOf(call, path)
  const text = TEXTS[error.keyword]?.(error, field) ?? error.message ?? 'is not valid'
  return { type: TYPES[error.keyword] ?? 'Invalid Value', field, description: text.slice(0, 500), path }
}

// What one branch of `anyOf` lacked says nothing to anyone: that none of them fitted does. The validator does not name `allOf` itself.
const told = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const unfit = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const choices = [...new Set(unfit.map(({ schemaPath }) => `${schemaPath}/`))]
  const kept = errors.filter(({ schemaPath }) => !choices.some((choice) => schemaPath.startsWith(choice)))
  const all = kept.find(({ schemaPath }) => /^#\/allOf\/\d+\//.test(schemaPath))
  return all ? [...kept, { ...all, keyword: 'allOf', instancePath: '', params: {} }] : kept
}

/** Violations from what the validator found in a call: each once, however many items of an array share it. */
export const foundIn = (call: Json, errors: readonly ErrorObject[]): readonly Found[] =>
  told(errors).map((error) => foundOf(call, error))
