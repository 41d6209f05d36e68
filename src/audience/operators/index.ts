import type { OperatorTable } from '../operator.ts'
import { absent } from './absent.ts'
import { afterDate } from './after_date.ts'
import { afterNext } from './after_next.ts'
import { atLeast } from './at_least.ts'
import { atMost } from './at_most.ts'
import { beforeDate } from './before_date.ts'
import { beforeLast } from './before_last.ts'
import { contains } from './contains.ts'
import { endsWith } from './ends_with.ts'
import { equals } from './equals.ts'
import { exists } from './exists.ts'
import { greaterThan } from './greater_than.ts'
import { lessThan } from './less_than.ts'
import { noneOf } from './none_of.ts'
import { notEquals } from './not_equals.ts'
import { omits } from './omits.ts'
import { oneOf } from './one_of.ts'
import { startsWith } from './starts_with.ts'
import { withinLast } from './within_last.ts'
import { withinNext } from './within_next.ts'

/** Every operator and its rule: one that is missing does not compile. */
export const OPERATORS: OperatorTable = {
  equals,
  not_equals: notEquals,
  greater_than: greaterThan,
  at_least: atLeast,
  less_than: lessThan,
  at_most: atMost,
  exists,
  absent,
  contains,
  omits,
  starts_with: startsWith,
  ends_with: endsWith,
  one_of: oneOf,
  none_of: noneOf,
  before_date: beforeDate,
  after_date: afterDate,
  within_last: withinLast,
  within_next: withinNext,
  before_last: beforeLast,
  after_next: afterNext,
}
