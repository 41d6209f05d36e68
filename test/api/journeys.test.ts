import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { idFrom } from '../../src/base/ids.ts'
import { query, run } from '../../src/db/query.ts'
import { FIRST_ORDER, WIN_BACK } from '../journey/definitions.ts'
import { furnish, putAudience, putEvents, putPeople, putRun } from '../journey/space.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type TestApi, testApi } from '../support/server.ts'

const NOW = new Date('2026-01-10T00:00:00Z')
let database: TestDatabase
let api: TestApi
let decoy: TestApi
const base = '/spaces/spa_test/journeys'

beforeAll(async () => {
  database = await freshDatabase()
  api = await testApi(database, 'spa_test', () => NOW)
  decoy = await testApi(database, 'spa_decoy', () => NOW)
  for (const space of ['spa_test', 'spa_decoy']) await furnish(database.db, space)
})

const make = async (name: string, definition: unknown = WIN_BACK, of = api) => {
  const { status, body } = await of.call('POST', `/spaces/${of.spaceId}/journeys`, { name, definition })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.data.journey
}

describe('journeys by HTTP', () => {
  it('a step that is named as what every object answers to is missing like any other, and so is a version', async () => {
    const definition = {
      ...FIRST_ORDER,
      start: 'constructor',
      steps: { mark: { type: 'set_trait', trait: 't', value: 1, next: 'constructor' } },
    }
    const { status, body } = await api.call('POST', `${base}/validate`, { definition })
    expect([status, JSON.stringify(body)]).toEqual([
      expect.any(Number),
      expect.stringContaining('there is no step \\"constructor\\"'),
    ])
    expect(status).toBeLessThan(500)
    const made = await make('Without versions', FIRST_ORDER)
    expect((await api.call('GET', `${base}/${made.key}/steps?version=7`)).status).toBe(404)
  })

  it('F001 both kinds are made, read, changed, published, paused, resumed, archived and deleted', async () => {
    for (const [name, definition] of Object.entries({ 'By audience': WIN_BACK, 'By event': FIRST_ORDER })) {
      const made = await make(name, definition)
      expect(made).toMatchObject({ name, status: 'draft', createdBy: 'test', stats: { active: 0, entered24h: 0 } })
      expect(made.definition.entry.type).toBe(definition.entry.type)
      const path = `${base}/${made.key}`
      expect((await api.call('PATCH', path, { description: 'why' })).body.data.journey.description).toBe('why')
      const published = (await api.call('POST', `${path}/publish`)).body.data.journey
      expect(published).toMatchObject({ status: 'live', liveVersion: 1 })
      expect(published.draft).toBeUndefined()
      expect((await api.call('POST', `${path}/pause`)).body.data.journey.status).toBe('paused')
      expect((await api.call('POST', `${path}/resume`, {})).body.data.journey.status).toBe('live')
      expect((await api.call('DELETE', path)).status).toBe(409)
      expect((await api.call('POST', `${path}/archive`)).body.data.journey.status).toBe('archived')
      expect((await api.call('GET', `${path}/versions`)).body.data.versions).toMatchObject([
        { version: 1, status: 'archived', publishedBy: 'test', publishedAt: NOW.toISOString() },
      ])
      expect((await api.call('DELETE', path)).status).toBe(200)
      expect((await api.call('GET', path)).status).toBe(404)
    }
  })
  it('says which field of a definition has what wrong', async () => {
    const { status, body } = await api.call('POST', base, {
      name: 'x',
      definition: {
        ...WIN_BACK,
        steps: { a: { type: 'dealy', for: '1 day', next: null }, b: { type: 'delay', for: 'soon', next: null } },
      },
    })
    expect(status).toBe(422)
    const fields = Object.fromEntries(
      body.error.problems.map((each: { field: string; message: string }) => [each.field, each.message]),
    )
    expect(Object.keys(fields).map((field) => field.replace(/^body\.?/, ''))).toEqual([
      'definition.steps.a.type',
      'definition.steps.b.for',
    ])
    expect(Object.values(fields).join(' ')).toMatch(/delay, hold, split.*30 days/)
  })
  it('F093 validates without saving, and publishing lists the same', async () => {
    const torn = { ...WIN_BACK, start: 'nowhere', entry: { type: 'audience', audience: 'gone' } }
    const { body } = await api.call('POST', `${base}/validate`, { definition: torn })
    expect(body.data.problems.map(({ field }: { field: string }) => field)).toEqual(['entry.audience', 'start'])
    const { id } = await make('Torn', torn)
    const refused = await api.call('POST', `${base}/${id}/publish`)
    expect([refused.status, refused.body.error.problems]).toEqual([422, body.data.problems])
    expect((await api.call('POST', `${base}/validate`, { definition: WIN_BACK })).body.data.problems).toEqual([])
  })
  it('AUD-16 an audience or computed trait that a journey uses is not deleted; the journeys are named', async () => {
    const order = { event: { name: 'Order' }, measure: { kind: 'count' } }
    const member = { type: 'audience', audience: 'by_split' }
    const conditions = {
      by_split: { type: 'not', condition: member },
      by_trait: { type: 'trait', path: 'by_trait', compare: { operator: 'equals', value: true } },
      by_right: { type: 'trait', path: 'x', compare: { operator: 'equals', value: { reference: 'trait', path: 'by_right' } } },
      by_entry: { type: 'trait', path: 'x', compare: { operator: 'exists' } },
    }
    for (const [key, condition] of Object.entries(conditions)) {
      const [noun, more] = key === 'by_right' ? ['computed-traits', order] : ['audiences', undefined]
      const definition = more ?? { condition: { type: 'event', ...order, compare: { operator: 'at_least', value: 1 } } }
      const made = await api.call('POST', `/spaces/spa_test/${noun}`, { name: key, key, enabled: false, definition })
      expect(made.status, JSON.stringify(made.body)).toBe(201)
      const split = { type: 'split', branches: [{ name: 'in', condition, next: null }], otherwise: { name: 'out', next: null } }
      const entry = key === 'by_entry' ? { type: 'audience', audience: key } : WIN_BACK.entry
      const journey = await make(`Uses ${key}`, { ...WIN_BACK, entry, start: 'ask', steps: { ask: split } })
      const path = `/spaces/spa_test/${noun}/${key}`
      const refused = await api.call('DELETE', path)
      expect([refused.status, refused.body.error.message], key).toEqual([
        409,
        `"${key}" is used by the journey "Uses ${key}". Take it out there first.`,
      ])
      expect((await api.call('DELETE', `${base}/${journey.key}`)).status).toBe(200)
      expect((await api.call('DELETE', path)).status, key).toBe(200)
    }
  })
  it('G9 nothing of another space is seen or touched', async () => {
    const { id } = await make('Theirs', WIN_BACK, decoy)
    expect((await api.call('GET', `${base}/${id}`)).status).toBe(404)
    for (const verb of ['publish', 'pause', 'archive']) expect((await api.call('POST', `${base}/${id}/${verb}`)).status).toBe(404)
    expect((await api.call('GET', `/spaces/spa_decoy/journeys`)).status).toBe(403)
    const names = (await api.call('GET', base)).body.data.journeys.map(({ name }: { name: string }) => name)
    expect(names).not.toContain('Theirs')
  })
  it('lists page by page', async () => {
    for (const name of ['Page 1', 'Page 2', 'Page 3']) await make(name)
    const first = (await api.call('GET', `${base}?count=2`)).body.data
    expect(first.journeys).toHaveLength(2)
    const second = (await api.call('GET', `${base}?count=200&cursor=${first.pagination.next}`)).body.data
    expect(second.journeys).toHaveLength(first.pagination.totalEntries - 2)
    expect(second.pagination.next).toBeUndefined()
    expect((await api.call('GET', `${base}?cursor=nonsense`)).status).toBe(422)
  })
})

describe('steps and runs', () => {
  const person = (n: number) => idFrom('person', String(n))
  const runId = (n: number) => idFrom('run', String(n))
  let path = ''
  beforeAll(async () => {
    for (const space of ['spa_test', 'spa_decoy'])
      await putPeople(
        database.db,
        space,
        [1, 2, 3].map((n) => ({ id: person(n), email: `p${n}@example.com` })),
      )
    const { id } = await make('Walked')
    path = `${base}/${id}`
    await api.call('POST', `${path}/publish`)
    for (const n of [1, 2])
      await putRun(database.db, 'spa_test', { journeyId: id, version: 1, profileId: person(n), id: runId(n), step: 'wait' })
    await putRun(database.db, 'spa_decoy', { journeyId: id, version: 1, profileId: person(3), id: runId(3), step: 'wait' })
    const told = (
      space: string,
      n: number,
      row: number,
      step: string | null,
      branch: string | null,
      next: string | null,
      evidence: object,
    ) =>
      run(
        database.db,
        query(
          'test.transition.*',
          sql`insert into journey_transition values (${space}, ${person(n)}, ${runId(n)}, ${row}, ${step}, ${branch}, ${next}, ${NOW}, ${JSON.stringify(evidence)}::jsonb)`,
        ),
      )
    await told('spa_test', 1, 0, null, null, 'mail', {})
    await told('spa_test', 1, 1, 'mail', '', 'wait', {})
    await told('spa_test', 2, 0, null, null, 'mail', {})
    await told('spa_test', 2, 1, 'mail', '', 'wait', {})
    await told('spa_test', 2, 2, 'wait', null, null, { exit: 'Order Completed', event: 'Order Completed' })
    await told('spa_decoy', 3, 1, 'mail', '', 'wait', {})
    await run(
      database.db,
      query(
        'test.end.*',
        sql`update journey_run set status = 'exited', end_reason = 'Order Completed' where space_id = 'spa_test' and id = ${runId(2)}`,
      ),
    )
  })
  it('F113 F114 each step says what it does, who stands there, who went through and who left', async () => {
    expect((await api.call('GET', `${path}/steps`)).body.data.steps).toEqual([
      { step: 'mail', sentence: 'Email "Template miss_you"', here: 0, passed: 2, left: 0, branches: [], conditions: [] },
      { step: 'wait', sentence: 'Wait 3 days', here: 1, passed: 0, left: 1, branches: [], conditions: [] },
      {
        step: 'bought',
        sentence: 'Split: Bought since / Not yet',
        here: 0,
        passed: 0,
        left: 0,
        branches: [],
        conditions: [{ branch: 'Bought since', sentence: 'did “Order Completed” within the last 3 days' }],
      },
      { step: 'text', sentence: 'Text "Template miss_you_sms"', here: 0, passed: 0, left: 0, branches: [], conditions: [] },
    ])
    expect((await api.call('GET', path)).body.data.journey.stats).toMatchObject({ active: 1, held: 0, exited: 1 })
  })
  it('F121 lists runs and tells each move and why', async () => {
    const all = (await api.call('GET', `${path}/runs`)).body.data.runs
    expect(all.map(({ name }: { name: string }) => name).toSorted()).toEqual(['p1@example.com', 'p2@example.com'])
    const standing = (await api.call('GET', `${path}/runs?step=wait&status=active,held`)).body.data.runs
    expect(standing).toMatchObject([{ id: runId(1), step: 'wait', status: 'active', sentence: 'Stands at: Wait 3 days' }])
    const paged = (await api.call('GET', `${path}/runs?count=1`)).body.data
    expect((await api.call('GET', `${path}/runs?count=1&cursor=${paged.pagination.next}`)).body.data.runs).toHaveLength(1)
    const { run: ended, transitions, messages } = (await api.call('GET', `${path}/runs/${runId(2)}`)).body.data
    expect([ended.sentence, messages]).toEqual(['Left because of Order Completed', []])
    expect(transitions.map(({ sentence }: { sentence: string }) => sentence)).toEqual([
      'Entered; next: Email "Template miss_you"',
      'Email "Template miss_you": done',
      'Left because of Order Completed',
    ])
    expect((await api.call('GET', `${path}/runs/${runId(3)}`)).status, 'G9').toBe(404)
  })
})

describe('F123 simulation', () => {
  it('tells what a draft would have done, also one that nobody could carry yet', async () => {
    await putAudience(database.db, 'spa_test', 'bought', {
      type: 'event',
      event: { name: 'Order Completed' },
      measure: { kind: 'count' },
      compare: { operator: 'at_least', value: 1 },
    })
    const at = new Date('2026-01-03T10:00:00Z')
    const event = { profileId: idFrom('person', '1'), name: 'Order Completed', at, messageId: 'm1', properties: {} }
    for (const space of ['spa_test', 'spa_decoy']) await putEvents(database.db, space, [event])
    const { id } = await make('Dry', {
      entry: { type: 'audience', audience: 'bought' },
      start: 'push',
      steps: {
        push: { type: 'send', channel: 'push', template: 'not_yet', next: 'wait' },
        wait: { type: 'delay', for: '2 days', next: null },
      },
    })
    const { status, body } = await api.call('POST', `${base}/${id}/simulate`, { from: '2026-01-01', to: '2026-01-10' })
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body.data.simulation).toMatchObject({ entered: 1, profiles: 1, completed: 1, messages: { email: 0, sms: 0, push: 1 } })
    const wrong = await api.call('POST', `${base}/${id}/simulate`, { from: '2026-01-10', to: '2026-01-01' })
    expect(wrong.status).toBe(422)
    const torn = await api.call('POST', `${base}/${id}/simulate`, {
      from: '2026-01-01',
      to: '2026-01-10',
      definition: { ...WIN_BACK, start: 'x' },
    })
    expect([torn.status, torn.body.error.problems.map(({ field }: { field: string }) => field)]).toEqual([422, ['start']])
  })
})
