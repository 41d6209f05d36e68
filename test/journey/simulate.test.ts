import * as fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../src/audience/compile.ts'
import type { Condition } from '../../src/audience/condition.ts'
import { query, run } from '../../src/db/query.ts'
import { simulate } from '../../src/journey/simulate.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { parsed } from './definitions.ts'
import { bought, days, FROM, hours, newSpace, not, ordered, someone } from './history.ts'
import { type Happened, putAudience, putEvents } from './space.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})

const winBack = (frequency: 'once' | 'every_time', existing = false) =>
  parsed({
    entry: { type: 'audience', audience: 'gone_quiet', frequency, existing },
    exits: [{ event: 'Order Completed' }],
    start: 'mail',
    steps: {
      mail: { type: 'send', channel: 'email', template: 'miss_you', next: 'wait' },
      wait: { type: 'delay', for: '3 days', next: 'often' },
      often: {
        type: 'split',
        branches: [
          {
            name: 'Bought twice in 20 days',
            condition: {
              type: 'event',
              event: { name: 'Order Completed', within: '20 days' },
              measure: { kind: 'count' },
              compare: { operator: 'at_least', value: 2 },
            },
            next: null,
          },
        ],
        otherwise: { name: 'Rarely', next: 'text' },
      },
      text: { type: 'send', channel: 'sms', template: 'miss_you_sms', next: null },
    },
  })

describe('a small history, counted by hand', () => {
  let space = ''
  beforeAll(async () => {
    space = await newSpace(database.db, 6)
    await putAudience(database.db, space, 'gone_quiet', { type: 'and', conditions: [ordered(), not(ordered('10 days'))] })
    // 0 buys once: quiet on day 11, text on day 14. 1 buys on days 1 and 2: quiet on 12, two within 20 days. 2 comes back on day 13, during
    // the wait, is quiet again on 23 and waits when the time is up. 3 never bought. 4 was quiet before it began. 5 buys every 9 days.
    await putEvents(database.db, space, [
      bought(0, days(1)),
      bought(1, days(1)),
      bought(1, days(2)),
      bought(2, days(1)),
      bought(2, days(13)),
      bought(4, days(-20)),
      ...[0, 9, 18].map((day) => bought(5, days(day))),
    ])
    const decoys = await newSpace(database.db, 6)
    await putAudience(database.db, decoys, 'gone_quiet', ordered())
    await putEvents(database.db, decoys, [bought(0, days(1)), bought(3, days(1))])
  })
  const to = days(25)

  it('once: each at their first entrance, exact to the millisecond', async () => {
    const found = await simulate(database.db, space, 'j', winBack('once'), { from: days(0), to })
    expect(found.runs.map((each) => [each.profile, each.enteredAt]).toSorted()).toEqual(
      [0, 1, 2].map((n) => [someone(n), days(n === 1 ? 12 : 11).getTime() + 1]).toSorted(),
    )
    expect(found).toMatchObject({
      entered: 3,
      profiles: 3,
      completed: 2,
      exited: 1,
      going: 0,
      messages: { email: 3, sms: 1, push: 0 },
    })
    expect(found.steps).toEqual([
      { step: 'mail', passed: 3, here: 0, left: 0, branches: [] },
      { step: 'wait', passed: 2, here: 0, left: 1, branches: [] },
      {
        step: 'often',
        passed: 2,
        here: 0,
        left: 0,
        branches: [
          { name: 'Rarely', count: 1 },
          { name: 'Bought twice in 20 days', count: 1 },
        ].toSorted((a) => (a.name === 'Rarely' ? 1 : -1)),
      },
      { step: 'text', passed: 1, here: 0, left: 0, branches: [] },
    ])
  })
  it('every time: whoever comes back and goes quiet again enters again', async () => {
    const found = await simulate(database.db, space, 'j', winBack('every_time'), { from: days(0), to })
    expect(found).toMatchObject({ entered: 4, profiles: 3, exited: 1, going: 1, messages: { email: 4, sms: 1, push: 0 } })
  })
  it('existing: whoever is in at the beginning enters there', async () => {
    const found = await simulate(database.db, space, 'j', winBack('once', true), { from: days(0), to })
    expect(found.runs.find((each) => each.profile === someone(4))?.enteredAt).toBe(days(0).getTime())
  })
  it('leaves nothing behind: no row, and no stand-in that would answer for the real tables', async () => {
    const counts = sql`select (select count(*) from event where space_id = ${space}) as events, (select count(*) from profile where space_id = ${space}) as people,
      (select count(*) from journey_run where space_id = ${space}) as runs, to_regclass('pg_temp.event') as shadow`
    for (let n = 0; n < 12; n++)
      expect(await run(database.db, query('test.counts.*', counts))).toEqual([{ events: 9, people: 6, runs: 0, shadow: null }])
  })
  it('refuses what it could only answer wrongly: stored dates against the passing time', async () => {
    await putAudience(database.db, space, 'trial_ends', {
      type: 'trait',
      path: 'trial_end_date',
      compare: { operator: 'within_next', duration: '3 days' },
    })
    const definition = {
      ...winBack('once'),
      entry: { type: 'audience' as const, audience: 'trial_ends', frequency: 'once' as const, existing: false },
    }
    await expect(simulate(database.db, space, 'j', definition, { from: days(0), to })).rejects.toThrow(/stored date/)
  })
})

it('an identifier is read as conditions read it: a number in its path is a key, never a place in a list', async () => {
  const space = await newSpace(database.db, 2)
  const ordered = (n: number, lines: unknown): Happened => ({
    ...bought(n, days(n + 1)),
    properties: { lines } as unknown as Happened['properties'],
  })
  await putEvents(database.db, space, [ordered(0, ['a list']), ordered(1, { 0: 'a key' })])
  const definition = parsed({
    entry: { type: 'event', event: 'Order Completed', frequency: 'every_time', identifier: 'lines.0' },
    start: 'end',
    steps: { end: { type: 'exit' } },
  })
  const found = await simulate(database.db, space, 'j', definition, { from: days(0), to: days(9) })
  expect(found.runs.map(({ profile, identifier }) => [profile, identifier])).toEqual([[someone(1), 'a key']])
})

describe('entrances', () => {
  const window = fc.constantFrom(undefined, '1 day', '2 days', '5 days')
  const leaf: fc.Arbitrary<Condition> = fc
    .record({
      name: fc.constantFrom('A', 'B'),
      window,
      least: fc.integer({ min: 1, max: 2 }),
      between: fc.boolean(),
      where: fc.boolean(),
    })
    .map(({ name, window: within, least, between, where }) => ({
      type: 'event',
      event: {
        name,
        ...(between ? { between: ['1 day', '3 days'] as [string, string] } : within ? { within } : {}),
        ...(where ? { where: { type: 'property', path: 'kind', compare: { operator: 'equals', value: 'x' } } } : {}),
      },
      measure: { kind: 'count' },
      compare: { operator: 'at_least', value: least },
    }))
  const condition: fc.Arbitrary<Condition> = fc
    .tuple(leaf, leaf, fc.boolean(), fc.constantFrom('and' as const, 'or' as const))
    .map(([a, b, negated, type]) => ({ type, conditions: [a, negated ? not(b) : b] }))
  const history = fc.array(
    fc.record({
      n: fc.nat(2),
      name: fc.constantFrom('A', 'B'),
      hour: fc.integer({ min: -48, max: 200 }),
      kind: fc.constantFrom('x', 'y'),
    }),
    { minLength: 1, maxLength: 14 },
  )

  it('are exactly the moments at which the compiled query of that moment turns true', async () => {
    await fc.assert(
      fc.asyncProperty(condition, history, async (asked, happened) => {
        const space = await newSpace(database.db, 3)
        await putAudience(database.db, space, 'asked', asked)
        const events = happened.map(({ n, name, hour, kind }, i) => ({
          ...bought(n, hours(hour), { kind }),
          name,
          messageId: `m${i}`,
        }))
        await putEvents(database.db, space, events)
        const definition = parsed({
          entry: { type: 'audience', audience: 'asked', frequency: 'every_time' },
          start: 'end',
          steps: { end: { type: 'exit' } },
        })
        const found = await simulate(database.db, space, 'j', definition, { from: hours(0), to: hours(240) })
        const edges = [0, 24, 48, 72, 120].flatMap((age) => happened.map(({ hour }) => hours(hour + age).getTime()))
        const moments = [...new Set([FROM, ...edges, ...edges.map((at) => at + 1)])]
          .filter((at) => at >= FROM && at <= hours(240).getTime())
          .toSorted((a, b) => a - b)
        const entered: [string, number][] = []
        let before: ReadonlySet<string> | undefined
        for (const moment of moments) {
          const scope = {
            spaceId: space,
            now: new Date(moment),
            asOf: new Date(moment),
            catalog: { audiences: new Map(), computedTraits: new Map() },
          }
          const now = new Set((await run(database.db, query('test.asked.*', compile(asked, scope)))).map((row) => row.profile_id))
          for (const id of now) if (before && !before.has(id)) entered.push([id, moment])
          before = now
        }
        expect(found.runs.map((each): [string, number] => [each.profile, each.enteredAt]).toSorted()).toEqual(entered.toSorted())
      }),
      { numRuns: 15 },
    )
  })
})
