import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { compile } from '../../src/audience/compile.ts'
import { compileValue } from '../../src/audience/compute.ts'
import type { Comparison, Condition, Measure } from '../../src/audience/condition.ts'
import { MEASURES } from '../../src/audience/measures/index.ts'
import type { Sql } from '../../src/audience/operator.ts'
import { OPERATORS } from '../../src/audience/operators/index.ts'
import type { Scope } from '../../src/audience/scope.ts'
import { parseCondition, parseTrait } from '../../src/audience/text/condition.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { did, measureOf, not, START } from './support/world.ts'

const { db } = await freshDatabase()
const FOLDER = new URL('./golden/', import.meta.url)

/** Each shape's SQL has a golden text, and runs. `UPDATE_GOLDEN=1` writes it. */
const golden = async (name: string, build: Sql): Promise<void> => {
  await run(db, query('golden.*', build))
  const text = `${build.compile(db).sql.replaceAll(/ (left join|from|where|and p\.id in|having|group by) /g, '\n  $1 ')}\n`
  const file = new URL(`${name}.sql`, FOLDER)
  if (process.env['UPDATE_GOLDEN']) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(file, text)
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '', name).toBe(text)
}

const scope: Scope = {
  spaceId: 'spa_golden',
  now: START,
  catalog: { audiences: new Map([['vip', 'aud_vip']]), computedTraits: new Map([['spent', 'tra_spent']]) },
  filterByExternalIds: ['user_id', 'email'],
}
const candidates = sql<{
  profile_id: string
}>`select d.profile_id from due_profile d where d.space_id = ${'spa_golden'} and d.batch = any(${['1']}::text[])`

const SAMPLES: { readonly [O in Comparison['operator']]: readonly Comparison[] } = {
  equals: [
    { operator: 'equals', value: 'gold' },
    { operator: 'equals', value: 5 },
    { operator: 'equals', value: 'true' },
    { operator: 'equals', value: { time: '2026-01-01' } },
  ],
  not_equals: [{ operator: 'not_equals', value: 'gold' }],
  less_than: [
    { operator: 'less_than', value: 5 },
    { operator: 'less_than', value: '5' },
  ],
  at_most: [{ operator: 'at_most', value: 'abc' }],
  greater_than: [{ operator: 'greater_than', value: '2026-01-01' }],
  at_least: [{ operator: 'at_least', value: true }],
  one_of: [
    { operator: 'one_of', values: ['a', 5] },
    { operator: 'one_of', values: ['a', { time: '2026-01-01' }, { time: '2026-02-01T00:00:00Z' }] },
  ],
  none_of: [{ operator: 'none_of', values: [1, 2] }],
  contains: [{ operator: 'contains', values: ['a', 'b'] }],
  omits: [{ operator: 'omits', value: 'a' }],
  starts_with: [{ operator: 'starts_with', value: 'a' }],
  ends_with: [{ operator: 'ends_with', value: 'a' }],
  exists: [{ operator: 'exists' }],
  absent: [{ operator: 'absent' }],
  before_date: [{ operator: 'before_date', value: '2026-01-01' }],
  after_date: [{ operator: 'after_date', value: '2026-01-01T00:00:00Z' }],
  within_last: [{ operator: 'within_last', duration: '2 days' }],
  within_next: [{ operator: 'within_next', duration: '2 days' }],
  before_last: [{ operator: 'before_last', duration: '2 days' }],
  after_next: [{ operator: 'after_next', duration: '2 days' }],
}

it.each(Object.keys(OPERATORS) as Comparison['operator'][])('operator %s', async (operator) => {
  for (const [index, compare] of SAMPLES[operator].entries()) {
    await golden(
      `operator.${operator}${index === 0 ? '' : `.${index + 1}`}`,
      compile({ type: 'trait', path: 'a.b', compare }, scope),
    )
  }
})

it.each(Object.keys(MEASURES) as Measure['kind'][])('measure %s', async (kind) => {
  const measure = measureOf(kind, 'revenue')
  const event = { name: 'Order Completed', within: '30 days' }
  const condition: Condition = { type: 'event', event, measure, compare: { operator: 'at_least', value: 2 } }
  await golden(`measure.${kind}.everybody`, compile(condition, scope))
  await golden(`measure.${kind}.candidates`, compile(condition, { ...scope, candidates }))
  await golden(`value.${kind}.everybody`, compileValue({ event, measure }, scope))
  await golden(`value.${kind}.candidates`, compileValue({ event, measure }, { ...scope, candidates }))
})

it.each([
  ['session', "event('A').expires_after(30 minutes).count()"],
  ['session_beside', "event('A').where(property('n') > trait('goal')).expires_after(1 day).sum('n')"],
  ['beside', "event('A').where(property('n') > trait('goal')).within(1 day).count()"],
  ['session_of_context', "event('A').expires_after(30 minutes).last(context('page.path'))"],
  ['count_of_context', "event('A').within(1 day).unique(context('ip')).count()"],
])('value %s', async (name, text) => {
  const definition = parseTrait(text)
  await golden(`value.${name}.everybody`, compileValue(definition, scope))
  await golden(`value.${name}.candidates`, compileValue(definition, { ...scope, candidates }))
})

const last = { type: 'event', event: { name: 'A' }, measure: { kind: 'last', property: 'p' } } as const

it.each<[string, Condition]>([
  ['last_omits', { ...last, compare: { operator: 'omits', value: 'x' } }],
  ['last_in_order', { ...last, compare: { operator: 'less_than', value: '2026-01-01' } }],
  ['none', did('A', { operator: 'at_most', value: 0 }, { between: ['1 day', '2 days'] })],
  [
    'chain',
    {
      type: 'and',
      conditions: [
        did('A', { operator: 'at_least', value: 2 }),
        { type: 'and', conditions: [did('B', { operator: 'equals', value: 3 }), did('C')] },
      ],
    },
  ],
  ['text_of_count', did('A', { operator: 'contains', values: ['1'] })],
  ['array', { type: 'trait', path: 'list.$.n', compare: { operator: 'omits', value: 'x' } }],
  ['audience', { type: 'audience', audience: 'vip' }],
  ['audience_trait', { type: 'trait', path: 'vip', compare: { operator: 'equals', value: false } }],
  ['computed', { type: 'trait', path: 'spent', compare: { operator: 'at_least', value: 5 } }],
  [
    'tree',
    { type: 'or', conditions: [not(did('A')), { type: 'and', conditions: [did('B'), { type: 'audience', audience: 'vip' }] }] },
  ],
  ['funnel', parseCondition("event('A').where(event('B').within(parent: 5 days).count() >= 1).within(30 days).count() >= 2")],
  ['funnel_did_not', parseCondition("event('A').where(event('B').within(parent: 1 day).settled().count() = 0).count() >= 1")],
  [
    'funnel_of_three',
    parseCondition(
      "event('A').where(event('B').where(property('id') = property(parent: 'id') AND event('C').count() >= 2).count() >= 1).count() >= 1",
    ),
  ],
  ['funnel_measured', parseCondition("event('A').where(event('B').sum('n') > property('n')).sum('n') > 5")],
  ['trait_beside', parseCondition("event('A').where(property('price') >= trait('spent') AND trait('vip') = true).count() >= 2")],
  ['context_beside', parseCondition("event('A').where(property('n') > context('least')).max(context('fee')) >= 5")],
  ['count_beside', parseCondition("event('A').count() > trait('goal')")],
  ['last_beside', parseCondition("event('A').last('p') = trait('x')")],
  ['trait_and_trait', parseCondition("trait('a') <= trait('b') AND trait('a').contains('x', trait('b'), ignore_case)")],
  ['element', parseCondition("any_element('list', property('a') = 1 AND any_element('tags', property('') = 'x'))")],
  ['element_of_event', parseCondition("event('A').where(any_element('items', property('n') > trait('goal'))).count() >= 1")],
  ['any_case', parseCondition("trait('a').equals('GOLD', ignore_case) AND NOT trait('a').ends_with('D', ignore_case)")],
  ['sources', parseCondition("event('A').sources(exclude: 'one', 'two').count() >= 2")],
  ['highest_text', parseCondition("event('A').max('p' as string) > 'b'")],
  ['most_frequent_entry', parseCondition("event('A').mode('list.$.n', 1) = 'b'")],
])('condition %s', async (name, condition) => {
  await golden(`condition.${name}.everybody`, compile(condition, scope))
  await golden(`condition.${name}.candidates`, compile(condition, { ...scope, candidates }))
})

const ofAccounts: Scope = {
  ...scope,
  catalog: { ...scope.catalog, accounts: new Set(['aud_vip', 'tra_spent']) },
  collection: 'accounts',
  filterByExternalIds: undefined,
}

it.each<[string, Condition]>([
  ['any', { type: 'any', condition: did('A') }],
  ['all', { type: 'all', condition: did('A') }],
  ['none', { type: 'all', condition: not(did('A')) }],
  ['audience', { type: 'audience', audience: 'vip' }],
])('condition about accounts %s', async (name, condition) => {
  await golden(`account.${name}.everybody`, compile(condition, ofAccounts))
  await golden(`account.${name}.candidates`, compile(condition, { ...ofAccounts, candidates }))
})

it('a condition about people that asks for their accounts', async () => {
  const asked = { ...ofAccounts, collection: 'users' as const }
  await golden('account.people.everybody', compile({ type: 'audience', audience: 'vip' }, asked))
  await golden('account.people.candidates', compile({ type: 'audience', audience: 'vip' }, { ...asked, candidates }))
})

it('a value of accounts', async () => {
  const event = { name: 'Order Completed', within: '30 days' }
  const count = { event, measure: { kind: 'count' } } as const
  const active = { event, measure: { kind: 'most_frequent', property: 'email', minimum: 1, of: 'user' } } as const
  for (const [name, definition] of [
    ['count', count],
    ['most_active', active],
  ] as const) {
    await golden(`account.value.${name}.everybody`, compileValue(definition, ofAccounts))
    await golden(`account.value.${name}.candidates`, compileValue(definition, { ...ofAccounts, candidates }))
  }
  await golden('account.value.own.everybody', compileValue(count, { ...ofAccounts, account: sql`p.identifiers` }))
})
