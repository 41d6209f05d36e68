import { milliseconds } from '../base/duration.ts'
import type { Problem } from '../base/errors.ts'
import { DEFAULT_LIMITS, type Limits } from '../space/limit.ts'
import type { Catalog } from './catalog.ts'
import type { Comparison, ComputedTraitDefinition, Condition, EventSelection, Filter, Measure } from './condition.ts'
import { instantOf } from './literal.ts'
import { measureRule } from './measures/index.ts'
import { keysOf, rootOf } from './path.ts'
import { audienceKeysOf, comparisonsOf, leavesOf } from './references.ts'

const DEEPEST = 20
const LONGEST_MS = 36_500 * 86_400_000

const depthOf = (node: Condition | Filter): number => {
  switch (node.type) {
    case 'and':
    case 'or':
      return 1 + Math.max(...('conditions' in node ? node.conditions : node.filters).map(depthOf))
    case 'not':
      return 1 + depthOf('condition' in node ? node.condition : node.filter)
    case 'event':
      return 1 + (node.event.where ? depthOf(node.event.where) : 0)
    default:
      return 1
  }
}

const text = (field: string, value: unknown): readonly Problem[] =>
  typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed())
    ? [{ field, message: 'has a character that cannot be stored', remedy: 'take out U+0000 and broken surrogate pairs' }]
    : []

const duration = (field: string, value: string | undefined): readonly Problem[] =>
  value !== undefined && milliseconds(value) > LONGEST_MS
    ? [{ field, message: `${value} is too long`, remedy: 'write 36500 days or less' }]
    : []

const comparison = (field: string, compare: Comparison): readonly Problem[] => {
  const values = 'values' in compare ? compare.values : 'value' in compare ? [compare.value] : []
  const dated = compare.operator === 'before_date' || compare.operator === 'after_date'
  return [
    ...values.flatMap((value) => text(`${field}.value`, value)),
    ...(dated && instantOf(compare.value) === undefined
      ? [
          {
            field: `${field}.value`,
            message: `"${compare.value}" is no instant`,
            remedy: 'write for example 2026-01-31T00:00:00Z',
          },
        ]
      : []),
    ...('duration' in compare ? duration(`${field}.duration`, compare.duration) : []),
  ]
}

const selection = (field: string, { name, where, within, between }: EventSelection): readonly Problem[] => [
  ...text(`${field}.name`, name),
  ...duration(`${field}.within`, within),
  ...(between ?? []).flatMap((each) => duration(`${field}.between`, each)),
  ...(within !== undefined && between
    ? [{ field, message: 'has both a `within` and a `between`', remedy: 'keep one of them' }]
    : []),
  ...(where ? comparisonsOf(where) : []).flatMap(({ type, path, compare }) => [
    ...text(`${field}.where`, path),
    ...comparison(`${field}.where`, compare),
    ...(type === 'context' && rootOf(path) === 'traits'
      ? [
          {
            field: `${field}.where`,
            message: 'context.traits of an event is no condition',
            remedy: 'ask for a trait of the profile instead',
          },
        ]
      : []),
  ]),
]

const measure = (field: string, measured: Measure): readonly Problem[] =>
  measured.kind !== 'count' && keysOf(measured.property).includes('$')
    ? [{ field: `${field}.property`, message: 'an aggregate takes one value an event, not the entries of an array' }]
    : []

const leaf = (each: ReturnType<typeof leavesOf>[number], catalog: Catalog): readonly Problem[] => {
  switch (each.type) {
    case 'trait':
      return [...text('condition.path', each.path), ...comparison('condition.compare', each.compare)]
    case 'event':
      return [
        ...selection('condition.event', each.event),
        ...measure('condition.measure', each.measure),
        ...comparison('condition.compare', each.compare),
        ...(measureRule(each.measure).answers === 'number' && each.compare.operator.endsWith('_date')
          ? [{ field: 'condition.compare', message: 'a measured number is no date' }]
          : []),
      ]
    default:
      return catalog.audiences.has(each.audience)
        ? []
        : [
            {
              field: 'condition.audience',
              message: `there is no audience "${each.audience}"`,
              remedy: 'use the key of an audience of this space',
            },
          ]
  }
}

const comparisons = (condition: Condition): number =>
  leavesOf(condition).reduce(
    (sum, each) => sum + 1 + (each.type === 'event' && each.event.where ? comparisonsOf(each.event.where).length : 0),
    0,
  )

/** What is wrong with a condition beyond its shape; empty when it can be compiled. Every comparison counts, nested ones too (spec/audiences §11.1, §11.2). */
export const problemsOf = (
  condition: Condition,
  catalog: Catalog,
  { comparisons: most }: Pick<Limits, 'comparisons'> = DEFAULT_LIMITS,
): readonly Problem[] => {
  const count = comparisons(condition)
  return [
    ...(most !== null && count > most
      ? [
          {
            field: 'condition',
            message: `has ${count} comparisons, ${most} are allowed`,
            remedy: 'split it into audiences and refer to them',
          },
        ]
      : []),
    ...(depthOf(condition) > DEEPEST
      ? [{ field: 'condition', message: `is nested deeper than ${DEEPEST}`, remedy: 'flatten it, or refer to another audience' }]
      : []),
    ...leavesOf(condition).flatMap((each) => leaf(each, catalog)),
  ]
}

/** What is wrong with a computed trait beyond its shape. */
export const problemsOfTrait = (definition: ComputedTraitDefinition): readonly Problem[] => [
  ...selection('definition.event', definition.event),
  ...measure('definition.measure', definition.measure),
]

/** The way by which an audience would refer to itself, as keys from it back to it; undefined where there is none (spec/audiences §10.6). */
export const cycleOf = (
  key: string,
  conditions: ReadonlyMap<string, Condition>,
  catalog: Catalog,
): readonly string[] | undefined => {
  const search = (here: string, way: readonly string[]): readonly string[] | undefined => {
    const condition = conditions.get(here)
    for (const next of condition ? audienceKeysOf(condition, catalog) : []) {
      if (next === key) return [...way, next]
      const found = way.includes(next) ? undefined : search(next, [...way, next])
      if (found) return found
    }
    return undefined
  }
  return search(key, [key])
}
