import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csvRecords } from '../../src/base/csv.ts'
import { readRules } from '../../src/tracking-plan/csv/read.ts'
import { rulesCsv } from '../../src/tracking-plan/csv/write.ts'
import type { Rule } from '../../src/tracking-plan/rule-rows.ts'
import { planned, trackRule, traitsRule } from './support/planned.ts'

const { api, S, plan, source } = await planned()
const plans = `${S}/tracking-plans`
const get = (id: string) =>
  api.server.inject({ method: 'GET', url: `${plans}/${id}/csv`, headers: { authorization: `Bearer ${api.token}` } })
const upload = async (id: string, text: string, more = '') => {
  const answer = await api.server.inject({
    method: 'POST',
    url: `${plans}/${id}/csv${more}`,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'text/csv' },
    payload: text,
  })
  return { status: answer.statusCode, body: answer.json() }
}
const rulesOf = async (id: string) => (await api.call('GET', `${plans}/${id}/rules`)).body.data.rules
const changesOf = async (id: string) => (await api.call('GET', `${plans}/${id}/changes`)).body.data.changes

const RULES = [
  trackRule(
    'Order, "Completed"',
    {
      total: { type: ['number', 'null'], description: 'in €,\n with tax' },
      season: { type: 'string', pattern: 'fall|winter' },
      at: { type: 'string', format: 'date-time' },
      products: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] } },
      'a.b': { minimum: 3 },
    },
    { required: ['total'] },
  ),
  traitsRule('IDENTIFY', { email: { type: 'string' } }),
  { type: 'COMMON', key: '', version: 1, jsonSchema: { type: 'object', required: ['userId'] } },
]

it('PRO-08 an unchanged download uploads with 0 changes; its name says which plan and when', async () => {
  const id = await plan(RULES, 'Web plan')
  const before = [await rulesOf(id), await changesOf(id)]
  const file = await get(id)
  expect(file.headers['content-disposition']).toBe('attachment; filename="spa_test-web-plan--2026-03-10--12-00-utc.csv"')
  const properties = [...csvRecords(file.body)].map(({ fields }) =>
    [fields[1], fields[3], fields[4], fields[5], fields[6], fields[7]].join(' | '),
  )
  expect(properties).toContain('Order, "Completed" | total | required | number | yes | ')
  expect(properties).toContain('Order, "Completed" | season | optional | string | no | fall|winter')
  expect(properties).toContain('Order, "Completed" | at | optional | date time | no | ')
  expect(properties).toContain('Order, "Completed" | products.$.sku | required | string | no | ')
  expect(properties).toContain('Order, "Completed" | a\\.b | optional | any | no | ')
  for (const more of ['', '?replace=true']) {
    const { status, body } = await upload(id, file.body, more)
    expect([status, body.data]).toEqual([200, { status: 'SUCCESS', changes: [] }])
  }
  expect([await rulesOf(id), await changesOf(id)]).toEqual(before)
})

it('PRO-08 an edit in the file changes its rule and leaves a row with its author', async () => {
  const id = await plan(RULES)
  const text = (await get(id)).body
  const edited = `${text.replace('season,optional', 'season,required')}TRACK,New,,coupon,required,string,yes,,,\n`
  expect((await upload(id, edited)).body.data.changes).toEqual([
    { action: 'created', subject: 'TRACK New' },
    { action: 'changed', subject: 'TRACK Order, "Completed"' },
  ])
  const rules: readonly { key: string; jsonSchema: { properties: { properties: object } } }[] = await rulesOf(id)
  expect(rules.find(({ key }) => key === 'New')?.jsonSchema.properties.properties).toEqual({
    type: 'object',
    properties: { coupon: { type: ['string', 'null'] } },
    required: ['coupon'],
  })
  expect(rules.find(({ key }) => key.startsWith('Order'))?.jsonSchema.properties.properties).toMatchObject({
    required: expect.arrayContaining(['season', 'total']),
  })
  expect(await changesOf(id)).toContainEqual(
    expect.objectContaining({ changedBy: 'test', action: 'changed', subject: 'TRACK Order, "Completed"' }),
  )
  // A file that lacks rules deletes them only where that is asked for.
  const one = 'Rule Type,Name\nTRACK,New\n'
  await upload(id, one)
  expect(await rulesOf(id)).toHaveLength(4)
  await upload(id, one, '?replace=true')
  expect((await rulesOf(id)).map(({ key }: { key: string }) => key)).toEqual(['New'])
})

it.each([
  ['TRICK,A,,,,,,,,', 'Rule Type', '"TRICK" is none of'],
  ['TRACK,,,,,,,,,', 'Name', 'name the event'],
  ['TRACK,A,1.5,,,,,,,', 'Version', 'no whole number'],
  ['TRACK,A,,p,maybe,,,,,', 'Status', 'none of required, optional'],
  ['TRACK,A,,p,,text,,,,', 'Data Type', '"text" is none of any, array'],
  ['TRACK,A,,p,,string,perhaps,,,', 'Allow Null', 'none of yes, no'],
  ['TRACK,A,,p,,number,,1|2,,', 'Permitted Values', 'data type string only'],
  ['TRACK,A,,p,,string,,^(?!x),,', 'JSON Schema', 'look-around'],
  ['TRACK,A,,a..b,,,,,,', 'Property', 'is no path'],
  ['TRACK,A,,p,,,,,,"{"', 'JSON Schema', 'no JSON object'],
  ['TRACK,A,,p,,,,,,"{""type"":""strin""}"', 'JSON Schema', ''],
  ['COMMON,,,p,,,,,,', 'Property', 'in the column JSON Schema'],
  ['TRACK,Good,,n,,number,,,,', 'Property', '"n" has a row already'],
])('PRO-08 the bad row %s is in error_report.csv with its reason, and nothing is written', async (row, column, words) => {
  const id = await plan([])
  const header = 'Rule Type,Name,Version,Property,Status,Data Type,Allow Null,Permitted Values,Description,JSON Schema'
  const { status, body } = await upload(id, `${header}\nTRACK,Good,,n,,number,,,,\n${row}\n`)
  expect([status, body.error.message, body.errorReport.name]).toEqual([
    422,
    '1 row is wrong; nothing was changed.',
    'error_report.csv',
  ])
  const [first, bad, ...others] = [...csvRecords(body.errorReport.content)].map(({ fields }) => fields)
  expect(first?.slice(0, 4)).toEqual(['Row', 'Column', 'Error', 'Rule Type'])
  expect(bad?.slice(0, 2)).toEqual(['3', column])
  expect(bad?.[2]).toContain(words)
  expect(bad?.slice(3).join(',')).toBe([...csvRecords(row)][0]?.fields.join(','))
  expect([others, await rulesOf(id)]).toEqual([[], []])
})

it.each([
  ['Rule Type,Name\n', 'nothing below it'],
  ['Rule Type,Name,Colour\nTRACK,A,red\n', '"Colour"'],
  ['Name\nA\n', 'no columns "Rule Type" and "Name"'],
  ['Rule Type,Name\nTRACK,"A\n', 'never closed'],
  [`Rule Type,Name\n${'TRACK,A\n'.repeat(100_000)}`, '100000 rows'],
  [`Rule Type,Name\nTRACK,${'A'.repeat(15 * 1024 * 1024 - 20)}`, '15 MB or larger'],
  [`Rule Type,Name\n${Array.from({ length: 2_001 }, (_, n) => `TRACK,E ${n}\n`).join('')}`, 'at most 2000 rules'],
])('PRO-08 a file is refused as a whole where it is no plan: case %#', async (text, words) => {
  const id = await plan([])
  const { status, body } = await upload(id, text)
  expect([status, body.error.message]).toEqual([422, expect.stringContaining(words)])
  expect(await rulesOf(id)).toEqual([])
})

it('PRO-08 a plan that is kept in step with a library refuses files', async () => {
  const made = await api.call('POST', plans, { name: 'Library', type: 'RULE_LIBRARY' })
  const library = made.body.data.trackingPlan.id
  await api.call('PUT', `${plans}/${library}/rules`, { rules: [trackRule('Shared', {})] })
  const id = await plan([])
  const synced = await api.call('POST', `${plans}/${id}/libraries`, { libraryId: library, sync: true })
  expect(synced.status, JSON.stringify(synced.body)).toBeLessThan(300)
  expect((await upload(id, (await get(id)).body)).body.error).toMatchObject({
    code: 'plan_is_synced',
    message: expect.stringContaining('"Library"'),
  })
  expect((await source()).id).toBeDefined()
})

// Whatever a plan says comes back as it was, also what no column has a word for.
const name = fc.oneof(
  fc.constantFrom('total', 'a.b', '$', 'x y', '=cmd', "'quoted", '-1', '7', 'é', 'a\\b', ' padded ', '__proto__x'),
  fc.string({ minLength: 1, maxLength: 6 }),
)
const { schema } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.record(
    {
      type: fc.constantFrom(
        'string',
        'number',
        'object',
        'array',
        'null',
        ['string', 'null'],
        ['null', 'string'],
        ['number', 'string'],
      ),
      description: fc.oneof(fc.constant(''), fc.string({ maxLength: 8 }), fc.constantFrom('=1+1', 'a\r\nb', '"', ' \t')),
      pattern: fc.constantFrom('', 'a|b', '^x$', '-y'),
      format: fc.constantFrom('date-time', 'email'),
      properties: fc.dictionary(name, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
      required: fc.uniqueArray(fc.constantFrom('total', 'a.b', 'x y', 'nobody'), { maxLength: 3 }),
      items: fc.oneof(tie('schema'), fc.constant(true)),
      minimum: fc.integer({ min: 0, max: 9 }),
    },
    { requiredKeys: [] },
  ),
}))
const rule = fc.record({
  type: fc.constantFrom('TRACK', 'IDENTIFY', 'PAGE', 'COMMON') as fc.Arbitrary<Rule['type']>,
  version: fc.integer({ min: 1, max: 3 }),
  bag: schema,
  more: fc.constantFrom({}, { required: ['properties'] }, { $schema: 'http://json-schema.org/draft-07/schema#' }),
})
it('PRO-08 any rules are the same after a passage through CSV', () => {
  fc.assert(
    fc.property(fc.uniqueArray(rule, { maxLength: 4, selector: ({ type, version }) => `${type} ${version}` }), (given) => {
      const rules = given.map(({ type, version, bag, more }) => ({
        type,
        version,
        key: type === 'TRACK' ? 'E' : '',
        jsonSchema: { ...more, type: 'object', properties: { properties: bag, traits: bag } },
      })) as unknown as readonly Rule[]
      if (rules.length === 0) return
      const { rules: read, bad } = readRules(rulesCsv(rules))
      expect(bad).toEqual([])
      expect(read).toEqual(rules)
    }),
    { numRuns: 60 },
  )
})
