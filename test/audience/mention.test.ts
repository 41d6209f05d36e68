import { expect, it } from 'vitest'
import { mentionsOf, withMapping } from '../../src/audience/mention.ts'
import { parseCondition } from '../../src/audience/text/condition.ts'
import type { JsonObject } from '../../src/base/json.ts'

const QUERY =
  "event('A').where(property('price') >= trait('plan.limit') AND event('B').within(parent: 5 days).count() = 0).count() >= 1 " +
  "AND trait('vip') = true AND trait('score') > trait('goal')"

const read = (query: string): JsonObject => parseCondition(query, { audiences: new Set(['vip']) }) as unknown as JsonObject

it('finds every event, trait and audience that a definition mentions: in funnels and on right sides too', () => {
  expect(mentionsOf(read(QUERY))).toEqual({ events: ['B', 'A'], traits: ['plan', 'goal', 'score'], audiences: ['vip'] })
})

it('gives each the name that it has elsewhere, and leaves the rest as it is', () => {
  const mapping = { events: { B: 'Order' }, traits: { plan: 'contract', goal: 'aim' }, audiences: { vip: 'gold' } }
  const renamed = QUERY.replace("'B'", "'Order'").replace("'plan.limit'", "'contract.limit'").replace("'goal'", "'aim'")
  expect(withMapping(read(QUERY), mapping)).toEqual(
    parseCondition(renamed.replace("'vip'", "'gold'"), { audiences: new Set(['gold']) }),
  )
})
