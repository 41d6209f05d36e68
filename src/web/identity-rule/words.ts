import { many } from '../parts/words.ts'
import type { Blocked, IdentityRule, Period } from './wire.ts'

export const PERIODS: Readonly<Record<Period, string>> = {
  ever: 'for ever',
  weekly: 'in any 7 days',
  monthly: 'in any 30 days',
  annually: 'in any 365 days',
}

/** `at most 5`, `at most 2 in any 7 days`: how many values of a type one profile may have. */
export const limitWords = ({ limit, period }: Pick<IdentityRule, 'limit' | 'period'>): string =>
  `at most ${limit}${period === 'ever' ? '' : ` ${PERIODS[period]}`}`

/** `-1, null, what is like ^[0-]*$`. */
export const blockedWords = (blocked: readonly Blocked[]): string =>
  blocked.map((entry) => (typeof entry === 'string' ? entry : `what is like ${entry.regex}`)).join(', ') || 'nothing'

/** Whether somebody said how this type is treated, and it did not just turn up. */
export const isChanged = ({ stored, seen }: IdentityRule): boolean => stored && !seen

/** What the page is opened for. */
export const factOf = (rules: readonly IdentityRule[] | undefined): string => {
  if (!rules) return 'Identity rules'
  const own = rules.filter(isChanged).length
  const said = own === 0 ? 'all are treated as usual' : `${many(own, 'has a rule', 'have rules')} of your own`
  return `People are recognised by ${many(rules.length, 'type of identifier', 'types of identifiers')}; ${said}.`
}
