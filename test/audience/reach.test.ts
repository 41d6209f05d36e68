import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Comparison } from '../../src/audience/condition.ts'
import { isObject, type Json } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { condition } from './support/asked.ts'
import { NOWS } from './support/nasty.ts'
import { canBeSaved } from './support/savable.ts'

/* What the differential test asks is worth what it reaches: each operator at each place, beside each other, with each right side. */

const SAMPLE = 20_000
const OPERATORS = Comparison.options.map(({ shape }) => shape.operator.value)
const asked = fc.sample(condition(must(NOWS[0], 'an instant')).filter(canBeSaved), { numRuns: SAMPLE, seed: 1 })

type Compared = { readonly place: string; readonly operator: string; readonly right: string; readonly ignoreCase: boolean }

const rightOf = (compare: { readonly [key: string]: Json }): string => {
  const values = compare['values']
  const first = Array.isArray(values) ? values[0] : compare['value']
  if (!isObject(first)) return 'a literal'
  return 'time' in first ? 'a time' : `a ${String(first['reference'])}`
}

/** Every comparison in a condition, with the kinds of node around it. */
const comparedIn = (node: Json, around: readonly string[] = []): readonly Compared[] => {
  if (Array.isArray(node)) return node.flatMap((each) => comparedIn(each, around))
  if (!isObject(node)) return []
  const { compare, ...rest } = node
  const here = typeof node['type'] === 'string' ? [...around, node['type']] : around
  const mine = isObject(compare)
    ? [
        {
          place: here.filter((kind) => !['and', 'or', 'not'].includes(kind)).join(' in '),
          operator: String(compare['operator']),
          right: rightOf(compare),
          ignoreCase: compare['ignoreCase'] === true,
        },
      ]
    : []
  return [...mine, ...Object.values(rest).flatMap((child) => comparedIn(child, here))]
}

const compared = asked.map((each) => comparedIn(each as unknown as Json))
const reached = (of: (each: Compared) => string): ReadonlySet<string> => new Set(compared.flat().map(of))

const PLACES = [
  'trait',
  'event',
  'event in property',
  'event in context',
  'event in trait',
  'event in event',
  'event in event in property',
]
const DEEP = ['any_element in property', 'event in any_element in property']

it('G2 every operator is asked at every place', () => {
  const found = reached(({ place, operator }) => `${operator} of ${place}`)
  const wanted = [...PLACES, ...DEEP].flatMap((place) => OPERATORS.map((operator) => `${operator} of ${place}`))
  expect(wanted.filter((each) => !found.has(each))).toEqual([])
  expect(reached(({ place }) => place)).toContain('event in event in event in property')
})

it('G2 every operator is asked beside every other', () => {
  const pairs = new Set(
    compared.flatMap((all) => all.flatMap((a) => all.filter((b) => b !== a).map((b) => `${a.operator} and ${b.operator}`))),
  )
  const wanted = OPERATORS.flatMap((a) => OPERATORS.map((b) => `${a} and ${b}`))
  expect(wanted.filter((each) => !pairs.has(each))).toEqual([])
})

const REFERRING = [
  ...['equals', 'not_equals', 'less_than', 'at_most', 'greater_than', 'at_least'],
  ...['contains', 'omits', 'starts_with', 'ends_with'],
]
const CASED = ['equals', 'not_equals', 'one_of', 'none_of', 'contains', 'omits', 'starts_with', 'ends_with']

it('CND-16 CND-17 CND-26 every operator that may is asked with each reference, and without regard to case', () => {
  const found = reached(({ operator, right }) => `${operator} ${right}`)
  const wanted = REFERRING.flatMap((operator) =>
    ['property', 'context', 'parent', 'trait'].map((each) => `${operator} a ${each}`),
  )
  expect(wanted.filter((each) => !found.has(each))).toEqual([])
  const timed = ['equals', 'not_equals', 'one_of', 'none_of']
  expect(timed.filter((operator) => !found.has(`${operator} a time`))).toEqual([])
  const cased = reached(({ operator, ignoreCase }) => `${operator} ${ignoreCase}`)
  expect(CASED.filter((operator) => !cased.has(`${operator} true`))).toEqual([])
})
