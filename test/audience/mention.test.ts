import { expect, it } from 'vitest'
import { mentionsOf, withMapping } from '../../src/audience/mention.ts'
import { parseCondition } from '../../src/audience/text/condition.ts'
import type { JsonObject } from '../../src/base/json.ts'

const QUERY =
  "event('A').where(property('price') >= trait('plan.limit') AND event('B').within(parent: 5 days).count() = 0).count() >= 1 " +
  "AND trait('vip') = true AND trait('score') > trait('goal')"

const read = (query: string): JsonObject => parseCondition(query, { audiences: new Set(['vip']) }) as unknown as JsonObject

it('finds every event, trait and audience that a definition mentions: in funnels and on right sides too', () => {
  expect(mentionsOf(read(QUERY))).toEqual({
    events: ['B', 'A'],
    traits: ['plan', 'goal', 'score'],
    audiences: ['vip'],
    sources: [],
  })
})

it('finds and renames the sources that are left out, of children too', () => {
  const query = (shop: string, app: string): string =>
    `event('A').where(event('B').sources(exclude: '${app}').count() = 0).sources(exclude: '${shop}', 'src_x').count() >= 1`
  expect(mentionsOf(read(query('src_shop', 'src_app'))).sources).toEqual(['src_app', 'src_shop', 'src_x'])
  const mapping = { sources: { src_shop: 'src_1', src_app: 'src_2' } }
  expect(withMapping(read(query('src_shop', 'src_app')), mapping)).toEqual(read(query('src_1', 'src_2')))
})

it('gives each the name that it has elsewhere, and leaves the rest as it is', () => {
  const mapping = { events: { B: 'Order' }, traits: { plan: 'contract', goal: 'aim' }, audiences: { vip: 'gold' } }
  const renamed = QUERY.replace("'B'", "'Order'").replace("'plan.limit'", "'contract.limit'").replace("'goal'", "'aim'")
  expect(withMapping(read(QUERY), mapping)).toEqual(
    parseCondition(renamed.replace("'vip'", "'gold'"), { audiences: new Set(['gold']) }),
  )
})
