import { isObject, type JsonObject } from '../base/json.ts'
import { type DropCode, type Gate, PASS, type Verdict, type Violation } from '../event/verdict.ts'
import { type Controls, type Policy, policyFor } from './controls.ts'
import { type Names, namesIn, withoutPaths, withoutUnplanned } from './omit.ts'
import { nameOf, type RuleType, ruleTypeOf } from './rule-type.ts'
import { compileSchema, type Validate } from './schema.ts'
import type { Found } from './texts.ts'

export type AskedRule = {
  readonly type: RuleType
  readonly key: string
  readonly version: number
  readonly jsonSchema: JsonObject
}
export type AskedPlan = { readonly id: string; readonly rules: readonly AskedRule[] }

type Compiled = { readonly version: number; readonly validate: Validate; readonly names: () => Names }

const NOTHING: readonly Found[] = []

// Compiled when first asked: a plan of 2,000 rules is ready at once.
const compiled = (rule: AskedRule): Compiled => {
  let validate: Validate | undefined
  let names: Names | undefined
  const bag = rule.type === 'IDENTIFY' || rule.type === 'GROUP' ? 'traits' : 'properties'
  return {
    version: rule.version,
    validate: (call) => {
      validate ??= compileSchema(rule.jsonSchema)
      return validate(call)
    },
    names: () => {
      const { properties } = rule.jsonSchema
      names ??= namesIn(isObject(properties) ? properties[bag] : undefined)
      return names
    },
  }
}

/** The rules of one type and key, oldest first. */
type Versions = readonly Compiled[]

// What names no version, or one that is not there, means the oldest (spec/connections §1.3).
const versionFor = (versions: Versions, call: JsonObject): Compiled | undefined => {
  const { context } = call
  const protocols = isObject(context) ? context['protocols'] : undefined
  const wanted = isObject(protocols) ? protocols['event_version'] : undefined
  return versions.find(({ version }) => version === wanted) ?? versions[0]
}

const bagOf = (type: string): 'properties' | 'traits' => (type === 'identify' || type === 'group' ? 'traits' : 'properties')

const publicOf = ({ type, field, description }: Found): Violation => ({ type, field, description })

type Checked = { readonly call: JsonObject; readonly omitted: readonly string[] }

const withoutNames = (call: JsonObject, rule: Compiled | undefined): Checked => {
  const bag = bagOf(String(call['type']))
  const { value, omitted } = withoutUnplanned(call[bag] ?? {}, rule?.names() ?? { open: false, of: new Map<string, Names>() })
  return omitted.length === 0 ? { call, omitted } : { call: { ...call, [bag]: value }, omitted }
}

// A wrong item of an array breaks the plan and stays: only what has a name is left out.
const isNamed = ({ field }: Found): boolean => !field.endsWith('.$')

const withoutBroken = (call: JsonObject, found: readonly Found[]): Checked => {
  const bag = bagOf(String(call['type']))
  const inside = found.filter((one) => one.path[0] === bag && one.path.length > 1 && one.type !== 'Required' && isNamed(one))
  if (inside.length === 0) return { call, omitted: [] }
  const value = withoutPaths(
    call[bag] ?? {},
    inside.map(({ path }) => path.slice(1)),
  )
  return { call: { ...call, [bag]: value }, omitted: [...new Set(inside.map(({ field }) => field.slice(bag.length + 1)))] }
}

type Outcome = {
  call: JsonObject
  readonly violations: Violation[]
  readonly omitted: string[]
  readonly omittedOnViolation: string[]
}

const protocolsOf = (sourceId: string, outcome: Outcome): JsonObject => ({
  sourceId,
  ...(outcome.omitted.length > 0 ? { omitted: outcome.omitted } : {}),
  ...(outcome.omittedOnViolation.length > 0 ? { omitted_on_violation: outcome.omittedOnViolation } : {}),
  ...(outcome.violations.length > 0 ? { violations: outcome.violations.map((one): JsonObject => ({ ...one })) } : {}),
})

const delivered = (sourceId: string, outcome: Outcome): JsonObject => {
  const context = isObject(outcome.call['context']) ? outcome.call['context'] : {}
  const protocols = isObject(context['protocols']) ? context['protocols'] : {}
  return { ...outcome.call, context: { ...context, protocols: { ...protocols, ...protocolsOf(sourceId, outcome) } } }
}

type Plan = {
  readonly id: string
  readonly sourceId: string
  readonly of: (call: JsonObject) => Compiled | undefined
  readonly common: Validate
}

const distinct = (violations: readonly Violation[]): readonly Violation[] => [
  ...new Map(violations.map((one) => [`${one.type} ${one.field} ${one.description}`, one])).values(),
]

const REASONS: Readonly<
  Record<'unplanned' | 'schema_violation' | 'unplanned_and_schema_violation' | 'common_schema_violation', string>
> = {
  unplanned: 'is not in the tracking plan',
  schema_violation: 'breaks its rule in the tracking plan',
  unplanned_and_schema_violation: 'is not in the tracking plan, and breaks its common rule',
  common_schema_violation: 'breaks the common rule of the tracking plan',
}

const drop = (plan: Plan, code: keyof typeof REASONS, violations: readonly Violation[]): Verdict => {
  const [first] = violations
  const because = first ? `: ${first.field === '(root)' ? '' : `${first.field} `}${first.description}` : ''
  const dropCode: DropCode = code
  return { kind: 'drop', code: dropCode, reason: `${REASONS[code]}${because}`, by: plan.id, violations: distinct(violations) }
}

// Standard controls first; what is left of the call meets the common rule (spec/connections §1.6).
const standard = (
  plan: Plan,
  call: JsonObject,
  rule: Compiled | undefined,
  found: readonly Found[],
  policy: Policy,
): Verdict | Outcome => {
  const violations = found.map(publicOf)
  if (!rule && !policy.unplannedEvents) {
    const common = plan.common(call)
    return drop(plan, common.length > 0 ? 'unplanned_and_schema_violation' : 'unplanned', common.map(publicOf))
  }
  if (found.length > 0 && !policy.brokenEvents) return drop(plan, 'schema_violation', violations)
  const names = policy.unplannedNames ? { call, omitted: NO_NAMES } : withoutNames(call, rule)
  const broken =
    policy.brokenNames || found.length === 0 ? { call: names.call, omitted: NO_NAMES } : withoutBroken(names.call, found)
  return { call: broken.call, violations, omitted: [...names.omitted], omittedOnViolation: [...broken.omitted] }
}
const NO_NAMES: readonly string[] = []

const common = (plan: Plan, outcome: Outcome, policy: Policy): Verdict | undefined => {
  const found = plan.common(outcome.call)
  if (found.length === 0) return undefined
  outcome.violations.push(...found.map(publicOf))
  if (policy.common === 'BLOCK') return drop(plan, 'common_schema_violation', outcome.violations)
  if (policy.common === 'ALLOW') return undefined
  const without = withoutBroken(outcome.call, found)
  outcome.call = without.call
  outcome.omittedOnViolation.push(...without.omitted)
  return undefined
}

const judge = (plan: Plan, call: JsonObject, controls: Controls): Verdict => {
  if (ruleTypeOf(String(call['type'])) === undefined) return PASS
  const policy = policyFor(controls, String(call['type']))
  const rule = plan.of(call)
  const outcome = standard(plan, call, rule, rule?.validate(call) ?? NOTHING, policy)
  if ('kind' in outcome) return outcome
  const dropped = common(plan, outcome, policy)
  if (dropped) return dropped
  const violations = distinct(outcome.violations)
  if (violations.length === 0 && outcome.omitted.length === 0 && outcome.omittedOnViolation.length === 0) return PASS
  const omitted = [...outcome.omitted, ...outcome.omittedOnViolation]
  return { kind: 'change', call: delivered(plan.sourceId, { ...outcome, violations: [...violations] }), violations, omitted }
}

const byKey = (rules: readonly AskedRule[]): ReadonlyMap<string, Versions> => {
  const sorted = rules.toSorted((a, b) => a.version - b.version)
  const keyed = Map.groupBy(sorted, ({ type, key }) => (type === 'TRACK' ? `TRACK ${key}` : type))
  return new Map([...keyed].map(([key, list]) => [key, list.map(compiled)]))
}

/**
 * A plan's gate at a source (spec/connections §1.5, §1.6): a call that keeps to the plan passes as it is; one that breaks it carries
 * `context.protocols`, or is dropped. Each rule is compiled when it is first asked, once for the gate's life.
 */
export const planGate = (plan: AskedPlan, sourceId: string, controls: Controls): Gate => {
  const rules = byKey(plan.rules)
  const of = (call: JsonObject): Compiled | undefined => {
    const type = ruleTypeOf(String(call['type']))
    if (type === undefined) return undefined
    const versions = rules.get(type === 'TRACK' ? `TRACK ${nameOf(call)}` : type)
    return versions ? versionFor(versions, call) : undefined
  }
  const commons = rules.get('COMMON') ?? []
  const asked = (call: JsonObject): readonly Found[] => versionFor(commons, call)?.validate(call) ?? NOTHING
  const bound: Plan = { id: plan.id, sourceId, of, common: commons.length === 0 ? () => NOTHING : asked }
  return (call) => judge(bound, call, controls)
}
