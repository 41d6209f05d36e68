import { sql } from 'kysely'
import { Invalid } from '../base/errors.ts'
import { unreachable } from '../base/must.ts'
import type { Condition } from './condition.ts'
import { lowerAudience } from './leaves/audience.ts'
import { linksIn, lowerChain } from './leaves/chain.ts'
import { lowerEvent } from './leaves/event.ts'
import { compileGrouped } from './leaves/grouped.ts'
import { lowerQuantified } from './leaves/quantifier.ts'
import { lowerElement, lowerTrait } from './leaves/trait.ts'
import type { Sql } from './operator.ts'
import { type Lowered, type Scope, whoPasses } from './scope.ts'

export type { Lowered, Scope } from './scope.ts'

const NOT_OF_USERS = 'ANY and ALL are for audiences of accounts'

const lowerAll = (conditions: readonly Condition[], word: Sql, scope: Scope, alias: string): Lowered => {
  const lowered = conditions.map((each, index) => lower(each, scope, `${alias}_${index}`))
  return {
    joins: lowered.flatMap((each) => each.joins),
    test: sql`(${sql.join(
      lowered.map((each) => each.test),
      word,
    )})`,
  }
}

const lowerAnd = (conditions: readonly Condition[], scope: Scope, alias: string): Lowered => {
  const { links, rest } = linksIn(conditions, scope)
  if (links.length === 0) return lowerAll(rest, sql` and `, scope, alias)
  const chain = lowerChain(links, scope, `${alias}_e`)
  if (rest.length === 0) return chain
  const others = lowerAll(rest, sql` and `, scope, alias)
  return { joins: [...chain.joins, ...others.joins], test: sql`(${chain.test} and ${others.test})` }
}

/** A condition as SQL over `profile p`: two-valued at every node, every input a parameter. `alias` begins the names of what is joined. */
export const lower = (condition: Condition, scope: Scope, alias = 'c'): Lowered => {
  switch (condition.type) {
    case 'and':
      return lowerAnd(condition.conditions, scope, alias)
    case 'or':
      return lowerAll(condition.conditions, sql` or `, scope, alias)
    case 'not': {
      const { joins, test } = lower(condition.condition, scope, alias)
      return { joins, test: sql`not (${test})` }
    }
    case 'trait':
      return lowerTrait(condition, scope, alias)
    case 'event':
      return lowerEvent(condition, scope, alias)
    case 'audience':
      return lowerAudience(condition.audience, scope, alias)
    case 'any_element':
      return lowerElement(condition, scope)
    case 'any':
    case 'all':
      if (scope.collection !== 'accounts')
        throw new Invalid('condition', [{ field: 'condition', message: NOT_OF_USERS, remedy: 'take ANY and ALL out' }])
      return lowerQuantified({ type: condition.type, condition: condition.condition }, scope, alias, lower)
    default:
      return unreachable(condition)
  }
}

/**
 * The one query of a condition: the ids of the profiles that match it in this space at `now`, each once. Preview counts it, a full
 * evaluation diffs it, an incremental one and a journey's split ask it about candidates only. @throws Invalid for an unknown audience key.
 */
export const compile = (condition: Condition, scope: Scope): Sql<{ profile_id: string }> => {
  const grouped = compileGrouped(condition, scope, (rest) => lowerAll(rest, sql` and `, scope, 'c'))
  if (grouped) return grouped
  const { joins, test } = lower(condition, scope)
  const from = joins.length === 0 ? sql`profile p` : sql`profile p ${sql.join(joins, sql` `)}`
  return sql`select p.id as profile_id from ${from} where ${whoPasses(scope, test)}`
}
