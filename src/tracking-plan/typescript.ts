import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { AskedRule } from './gate.ts'

const KINDS: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
}
const DEEPEST = 12
const nameOf = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key))

const objectType = (schema: JsonObject, depth: number): string => {
  const { properties, required } = schema
  if (!isObject(properties)) return 'Record<string, unknown>'
  const needed = new Set(Array.isArray(required) ? required : [])
  const fields = Object.entries(properties).map(
    ([key, inside]) => `${nameOf(key)}${needed.has(key) ? '' : '?'}: ${typeOf(inside, depth + 1)}`,
  )
  return fields.length === 0 ? 'Record<string, unknown>' : `{ ${fields.join('; ')} }`
}

/** A TypeScript type of the values that a schema takes; what it does not say is `unknown`. */
const typeOf = (schema: Json | undefined, depth = 0): string => {
  if (!isObject(schema) || depth > DEEPEST) return 'unknown'
  const { enum: values, type } = schema
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ') || 'never'
  const kinds = [type].flat().filter((kind) => typeof kind === 'string')
  if (kinds.length === 0) return isObject(schema['properties']) ? objectType(schema, depth) : 'unknown'
  return kinds
    .map((kind) => {
      if (kind === 'object') return objectType(schema, depth)
      if (kind === 'array') return `Array<${typeOf(schema['items'], depth + 1)}>`
      return KINDS[kind] ?? 'unknown'
    })
    .join(' | ')
}

const latest = (rules: readonly AskedRule[]): readonly AskedRule[] => [
  ...new Map(
    rules
      .filter(({ type }) => type === 'TRACK')
      .toSorted((a, b) => a.version - b.version)
      .map((rule) => [rule.key, rule]),
  ).values(),
]

const propertiesOf = ({ jsonSchema }: AskedRule): Json | undefined => {
  const { properties } = jsonSchema
  return isObject(properties) ? properties['properties'] : undefined
}

const mustBeGiven = (rule: AskedRule): boolean => {
  const inside = propertiesOf(rule)
  return isObject(inside) && Array.isArray(inside['required']) && inside['required'].length > 0
}

const traitsType = (rules: readonly AskedRule[], type: 'IDENTIFY' | 'GROUP'): string => {
  const schema = rules.find((rule) => rule.type === type)?.jsonSchema['properties']
  return isObject(schema) ? typeOf(schema['traits']) : 'Record<string, unknown>'
}

/**
 * A typed client of a plan, in TypeScript (spec/connections §1.9): `usherClient(analytics).track('Order Completed', { total: 1 }, { userId })`
 * compiles only with a planned event and its required properties. `analytics` is any Segment SDK's client.
 */
export const typescriptOf = (planName: string, rules: readonly AskedRule[]): string => {
  const events = latest(rules)
  const lines = events.map((rule) => `  ${JSON.stringify(rule.key)}: ${typeOf(propertiesOf(rule))}`)
  const needed = events.filter(mustBeGiven).map((rule) => JSON.stringify(rule.key))
  return `// Made from the tracking plan ${JSON.stringify(planName)}; edit the plan, not this file.

export interface PlannedEvents {
${lines.join('\n')}
}
export type IdentifyTraits = ${traitsType(rules, 'IDENTIFY')}
export type GroupTraits = ${traitsType(rules, 'GROUP')}

type NeedsProperties = ${needed.join(' | ') || 'never'}
type Properties<E extends keyof PlannedEvents> = E extends NeedsProperties ? PlannedEvents[E] : PlannedEvents[E] | undefined
type Who = { userId: string; anonymousId?: string } | { anonymousId: string; userId?: string }
type Call = Who & { context?: Record<string, unknown>; timestamp?: Date | string; messageId?: string }
interface Analytics {
  track(call: Call & { event: string; properties?: unknown }): unknown
  identify(call: Call & { traits?: unknown }): unknown
  group(call: Call & { groupId: string; traits?: unknown }): unknown
}

export const usherClient = (analytics: Analytics) => ({
  track: <E extends keyof PlannedEvents>(event: E, properties: Properties<E>, call: Call) => analytics.track({ ...call, event, properties }),
  identify: (traits: IdentifyTraits, call: Call) => analytics.identify({ ...call, traits }),
  group: (groupId: string, traits: GroupTraits, call: Call) => analytics.group({ ...call, groupId, traits }),
})
`
}
