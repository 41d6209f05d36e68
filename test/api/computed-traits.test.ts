import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { makeNextExport } from '../../src/audience/export/make.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)
const decoys = await testApi(database, 'spa_decoy')
const at = '/spaces/spa_test'

const bought = (userId: string, ...revenues: readonly number[]) =>
  revenues.map((revenue) => ({
    type: 'track',
    userId,
    event: 'Order Completed',
    properties: { revenue, category: revenue > 50 ? 'dear' : 'cheap' },
  }))
const send = (to: typeof api, batch: readonly object[]) =>
  to.server.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: { authorization: `Basic ${btoa(`${to.writeKey}:`)}` },
    payload: { batch },
  })
const names = { type: 'identify', userId: 'u3', traits: { name: 'Cyd 50%' } }
await send(api, [...bought('u1', 10), ...bought('u2', 20, 70), ...bought('u3', 90, 30, 60), names])
await send(decoys, bought('u9', 1_000))

const make = async (name: string, query: string, more: object = {}) => {
  const made = await api.call('POST', `${at}/computed-traits`, { name, definition: { query, ...more } })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
}
const evaluate = async () => {
  await evaluateFullyDue(database.db, new Date())
  await evaluateDue(database.db, new Date())
}
const get = async (path: string) => (await api.call('GET', `${at}/${path}`)).body.data

it('shows what a computed trait would be before it is saved', async () => {
  const preview = (definition: object) => api.call('POST', `${at}/computed-traits/previews`, { definition })
  const { body } = await preview({ query: "event('Order Completed').sum(property('revenue'))" })
  expect(body.data.computedTraitPreview).toMatchObject({
    size: { count: 3, type: 'USERS' },
    numbers: { low: 10, high: 180, average: 93.3333 },
    sentence: 'the sum of “revenue” of “Order Completed”',
  })
  expect(body.data.computedTraitPreview.results.map((each: { value: unknown }) => each.value)).toEqual([10, 90, 180])
  const words = await preview({ query: "event('Order Completed').unique(property('category'))" })
  expect(words.body.data.computedTraitPreview).not.toHaveProperty('numbers')
  expect(words.body.data.computedTraitPreview.results[2].value).toEqual(['cheap', 'dear'])
  const nobody = await preview({ query: "event('Nothing').count()" })
  expect(nobody.body.data.computedTraitPreview).toMatchObject({ size: { count: 0 }, results: [] })
  const session = await preview({ event: { name: 'Order Completed', expiresAfter: '29 minutes' }, measure: { kind: 'count' } })
  expect(session.body.error.problems).toMatchObject([
    { field: 'definition.event.expiresAfter', remedy: 'write 30 minutes to 90 days' },
  ])
})

it('lists whose values they are, by person, by value and by range', async () => {
  await make('Spent', "event('Order Completed').sum(property('revenue'))")
  await make('Categories', "event('Order Completed').unique(property('category'))")
  await make('Orders', "event('Order Completed').count()")
  await evaluate()
  const valuesAt = async (query: string) =>
    (await get(`computed-traits/${query}`)).values.map((each: { value: unknown }) => each.value)
  expect(await valuesAt('spent/values')).toEqual([10, 90, 180])
  expect(await valuesAt('spent/values?from=90')).toEqual([90, 180])
  expect(await valuesAt('spent/values?from=0&below=90')).toEqual([10])
  expect(await valuesAt('spent/values?value=180')).toEqual([180])
  expect(await valuesAt('spent/values?search=cYD')).toEqual([180])
  expect(await valuesAt('spent/values?search=50%25')).toEqual([180])
  expect(await valuesAt('spent/values?search=u2')).toEqual([90])
  expect(await valuesAt(`categories/values?value=${encodeURIComponent('"dear"')}`)).toHaveLength(2)
  expect((await api.call('GET', `${at}/computed-traits/spent/values?value=dear`)).status).toBe(422)
  const first = await get('computed-traits/spent/values?count=2')
  expect(await valuesAt(`spent/values?count=2&cursor=${first.pagination.next}`)).toEqual([180])
})

it('says how values are spread', async () => {
  const spent = (await get('computed-traits/spent/spread')).spread
  expect(spent).toMatchObject({ people: 3, numbers: { low: 10, high: 180, average: 93.3333 }, bins: [] })
  expect(spent.commonest).toContainEqual({ value: 90, people: 1 })
  expect((await get('computed-traits/categories/spread')).spread.commonest).toEqual([
    { value: 'cheap', people: 3 },
    { value: 'dear', people: 2 },
  ])
  await send(api, Array.from({ length: 20 }, (_, index) => bought(`many${index}`, index)).flat())
  await evaluate()
  const { bins, people } = (await get('computed-traits/spent/spread')).spread
  expect(people).toBe(23)
  expect(bins).toHaveLength(10)
  expect(bins[0]).toEqual({ from: 0, below: 18, people: 19 })
  expect(bins[9]).toEqual({ from: 162, below: null, people: 1 })
  expect(bins.reduce((sum: number, bin: { people: number }) => sum + bin.people, 0)).toBe(23)
})

it('says beside each trait how many have it, an example, its drift, and who uses it', async () => {
  const condition = { type: 'trait', path: 'spent', compare: { operator: 'at_least', value: 50 } }
  await api.call('POST', `${at}/audiences`, { name: 'Big spenders', definition: { condition } })
  await make('Of spenders', "event('Order Completed').where(trait('spent') > 10).count()")
  const split = { type: 'split', branches: [{ name: 'Big', condition, next: null }], otherwise: { name: 'Others', next: null } }
  const entry = { type: 'event', event: 'Order Completed', frequency: 'every_time' }
  const journey = await api.call('POST', `${at}/journeys`, {
    name: 'Thanks',
    definition: { entry, start: 'split', steps: { split } },
  })
  expect(journey.status, JSON.stringify(journey.body)).toBe(201)
  expect((await api.call('POST', `${at}/computed-traits/spent/runs`)).body).toEqual({ data: { status: 'QUEUED' } })
  await evaluate()
  const { figures } = await get('computed-trait-figures')
  const { id } = (await get('computed-traits/spent')).computedTrait
  const mine = figures.find((each: { id: string }) => each.id === id)
  expect(mine).toMatchObject({ people: 23, more: false, drift: 0, example: expect.any(Number), checkedAt: expect.any(String) })
  expect(mine.usedBy.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`)).toEqual([
    'audience Big spenders',
    'computed_trait Of spenders',
    'journey Thanks',
  ])
  expect(figures).toHaveLength(4)
})

it('says it of sums that are beyond what a number of JavaScript can be, too', async () => {
  const huge = (userId: string, revenue: number) =>
    Array.from({ length: 2 }, () => ({ type: 'track', userId, event: 'Huge', properties: { revenue } }))
  const some = Array.from({ length: 12 }, (_, index) => huge(`some${index}`, index)).flat()
  await send(api, [...huge('up', 1e308), ...huge('down', -1e308), ...some])
  const query = "event('Huge').sum(property('revenue'))"
  const preview = await api.call('POST', `${at}/computed-traits/previews`, { definition: { query } })
  expect(preview.status, JSON.stringify(preview.body)).toBe(200)
  const most = Number.MAX_VALUE
  expect(preview.body.data.computedTraitPreview.numbers).toMatchObject({ low: -most, high: most })
  const whole = await api.call('POST', `${at}/computed-traits/previews`, { definition: { query }, count: 100 })
  const previewed = whole.body.data.computedTraitPreview.results.map((each: { value: unknown }) => each.value)
  expect(previewed).toEqual(expect.arrayContaining([-most, most, 22]))
  await make('Huge', query)
  await evaluate()
  const { bins, numbers } = (await get('computed-traits/huge/spread')).spread
  expect(numbers).toMatchObject({ low: -most, high: most })
  expect(bins.map(({ people }: { people: number }) => people)).toEqual([1, 0, 0, 0, 0, 12, 0, 0, 0, 1])
  await api.call('POST', `${at}/computed-traits/huge/exports`, {})
  await makeNextExport({ db: database.db, now: () => new Date(), newClaim: () => 'claim' })
  const [file] = (await get('computed-traits/huge/exports')).exports
  const csv = (await api.server.inject({ method: 'GET', url: new URL(file.urls[0]).pathname })).body
  const values = csv
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(',')[1])
  expect(values.filter((value) => (value ?? '').length > 300)).toEqual([`2${'0'.repeat(308)}`, `-2${'0'.repeat(308)}`])
})
