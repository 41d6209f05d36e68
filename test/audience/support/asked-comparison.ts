import fc from 'fast-check'
import { type Comparison, type Literal, type Reference, Time } from '../../../src/audience/condition.ts'
import { dateNear, number, SPANS, text } from './nasty.ts'

/* Random comparisons: with literals, with other values, with now. */

export const duration = fc.constantFrom(...Object.keys(SPANS))
const wellFormed = (each: string): boolean => each.isWellFormed() && !each.includes('\0')

const literal = (now: Date): fc.Arbitrary<Literal> =>
  fc.oneof(
    { weight: 4, arbitrary: number.map((each) => (Object.is(each, -0) ? 0 : each)) },
    { weight: 5, arbitrary: text },
    { weight: 1, arbitrary: fc.boolean() },
    { weight: 2, arbitrary: dateNear(now) },
  )

const instant = (now: Date): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...Object.values(SPANS)).chain((span) =>
      fc.constantFrom(
        ...[span, -span].flatMap((each) => {
          const at = new Date(now.getTime() + each).toISOString()
          return [at, at.slice(0, 10), at.replace('Z', '+00:00'), at.replace('Z', '999Z')]
        }),
      ),
    ),
    fc.constantFrom('2026-06-01', '2026-06-01T05:45:00+05:45', '0001-01-01', '9999-12-31'),
  )

export type Of<Name extends Comparison['operator']> = Extract<Comparison, { operator: Name }>

/** What is around a comparison, and so what its right side may refer to. */
export type Around = 'profile' | 'event' | 'child'

const REFERRED = ['x', 'x', 'y', 'when', 'tags', 'address.city', 'a\\.b', 'missing']

const reference = (around: Around): fc.Arbitrary<Reference> =>
  fc.record({
    reference: fc.constantFrom<Reference['reference']>(
      'trait',
      ...(around === 'profile' ? [] : (['property', 'property', 'context'] as const)),
      ...(around === 'child' ? (['parent', 'parent', 'parent'] as const) : []),
    ),
    path: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...REFERRED) }, fc.constantFrom('spent', 'visits', 'vip')),
  })

/** Sometimes a reference in place of a literal, and sometimes without regard to case. */
const referring =
  (around: Around) =>
  (compare: Comparison): fc.Arbitrary<Comparison> => {
    const cased = CASED.has(compare.operator)
    const ignoreCase = cased ? fc.constantFrom({}, {}, {}, { ignoreCase: true as const }) : fc.constant({})
    const free = reference(around)
    const referred =
      'value' in compare && !compare.operator.endsWith('_date')
        ? free.map((value) => ({ value }))
        : compare.operator === 'contains'
          ? free.map((one) => ({ values: [one, ...compare.values.slice(1)] }))
          : fc.constant({})
    const right = fc.oneof({ weight: around === 'child' ? 1 : 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: referred })
    return fc.tuple(right, ignoreCase).map(([one, other]) => ({ ...compare, ...one, ...other }) as Comparison)
  }
const CASED = new Set<string>(['equals', 'not_equals', 'one_of', 'none_of', 'contains', 'omits', 'starts_with', 'ends_with'])

/** A time without quotes. */
const time = (now: Date): fc.Arbitrary<Time> =>
  dateNear(now)
    .map((each) => ({ time: each }))
    .filter((each) => Time.safeParse(each).success)

/** Any comparison of a stored value. */
export const comparison = (now: Date, around: Around = 'profile'): fc.Arbitrary<Comparison> =>
  literally(now).chain(referring(around))

const literally = (now: Date): fc.Arbitrary<Comparison> => {
  const one = literal(now)
  const some = fc.array(one, { minLength: 1, maxLength: 3 })
  const words = text.filter(wellFormed)
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        operator: fc.constantFrom('equals', 'not_equals', 'less_than', 'at_most', 'greater_than', 'at_least'),
        value: one,
      }) as fc.Arbitrary<Of<'equals'>>,
    },
    {
      weight: 2,
      arbitrary: fc.record({ operator: fc.constantFrom('one_of', 'none_of'), values: some }) as fc.Arbitrary<Of<'one_of'>>,
    },
    {
      weight: 2,
      arbitrary: fc.record({
        operator: fc.constant('contains' as const),
        values: fc.array(words, { minLength: 1, maxLength: 2 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ operator: fc.constantFrom('omits', 'starts_with', 'ends_with'), value: words }) as fc.Arbitrary<
        Of<'omits'>
      >,
    },
    { weight: 2, arbitrary: fc.record({ operator: fc.constantFrom('exists', 'absent') }) as fc.Arbitrary<Of<'exists'>> },
    {
      weight: 2,
      arbitrary: fc.record({ operator: fc.constantFrom('before_date', 'after_date'), value: instant(now) }) as fc.Arbitrary<
        Of<'before_date'>
      >,
    },
    { weight: 3, arbitrary: relative },
    {
      weight: 2,
      arbitrary: fc.record({ operator: fc.constantFrom('equals', 'not_equals'), value: time(now) }) as fc.Arbitrary<Of<'equals'>>,
    },
    {
      weight: 1,
      arbitrary: fc.record({
        operator: fc.constantFrom('one_of', 'none_of'),
        values: fc.array(fc.oneof(one, time(now), time(now)), { minLength: 1, maxLength: 3 }),
      }) as fc.Arbitrary<Of<'one_of'>>,
    },
    {
      weight: 2,
      arbitrary: fc.record({
        operator: fc.constantFrom('less_than', 'at_most', 'greater_than', 'at_least'),
        value: dateNear(now),
      }) as fc.Arbitrary<Of<'at_most'>>,
    },
  )
}

const relative = fc.record({
  operator: fc.constantFrom('within_last', 'within_next', 'before_last', 'after_next'),
  duration,
}) as fc.Arbitrary<Of<'within_last'>>
