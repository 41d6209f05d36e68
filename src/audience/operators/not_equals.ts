import { sql } from 'kysely'
import { isReference } from '../condition.ts'
import type { OperatorRule } from '../operator.ts'
import { exact } from '../text/operand.ts'
import { equalTo, present, spelled, spoken } from './parts.ts'

/** The value exists and differs: false for a missing one, unlike NOT around `equals` (spec/audiences §11.3). */
export const notEquals: OperatorRule<'not_equals'> = {
  text: { word: 'differs', signs: ['!='], operand: exact },
  test: (value, compare, around) => {
    const equal = equalTo(value, compare.value, compare, around)
    return isReference(compare.value) ? sql`not ${equal}` : sql`${present(value)} and (${equal}) is not true`
  },
  negated: false,
  sentence: (compare) => `is not ${spoken(compare.value)}${spelled(compare)}`,
}
