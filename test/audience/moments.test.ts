import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, spacesToEvaluate } from '../../src/audience/due-spaces.ts'
import { evaluateSpace } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { create } from '../../src/audience/save.ts'
import { parseCondition, parseTrait } from '../../src/audience/text/condition.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { addChange, addEvent, addProfile, hour, makeAudience, makePartitions, makeSpace, membersNow } from './support/world.ts'

/* G3 by hand: what must have happened, or what time must have passed, for each new shape to change its answer, and at which instant. */

const { db } = await freshDatabase()
await makePartitions(db)

let serial = 0
const audience = async (text: string, traits: JsonObject = {}): Promise<{ readonly spaceId: string; readonly ada: string }> => {
  const spaceId = `spa_moments_${serial++}`
  await makeSpace(db, spaceId)
  const ada = await addProfile(db, spaceId, 'ada', traits)
  await addProfile(db, spaceId, 'bob')
  await makeAudience(db, spaceId, 'asked', parseCondition(text))
  await settle(spaceId, 0)
  return { spaceId, ada }
}
const happen = async (spaceId: string, profile: string, name: string, at: number, properties: JsonObject = {}): Promise<void> => {
  await addEvent(db, spaceId, profile, name, hour(at), `m${serial}`, properties)
  await addChange(db, spaceId, profile, `c${serial++}`, { events: [name], at: hour(at) })
}
const identify = async (spaceId: string, profile: string, traits: JsonObject, at: number): Promise<void> => {
  await run(
    db,
    query(
      'test.traits*',
      sql`update profile set traits = traits || ${JSON.stringify(traits)}::jsonb where space_id = ${spaceId} and id = ${profile}`,
    ),
  )
  await addChange(db, spaceId, profile, `c${serial++}`, { traits: Object.keys(traits), at: hour(at) })
}
const settle = async (spaceId: string, hours: number): Promise<void> => {
  await evaluateSpaceFully(db, spaceId, hour(hours))
  while ((await evaluateSpace(db, spaceId, hour(hours))).more);
}
const MS = 1 / 3_600_000
const isIn = async (spaceId: string, hours: number): Promise<boolean> => {
  await evaluateDue(db, hour(hours))
  return (await membersNow(db, spaceId, 'aud_asked')).length > 0
}
const isIdle = async (spaceId: string, hours: number): Promise<boolean> =>
  !(await spacesToEvaluate(db, hour(hours))).includes(spaceId)

it('CND-14 and then did not: in with the parent, out with the child, in with the next parent', async () => {
  const { spaceId, ada } = await audience("event('A').where(event('B').count() = 0).count() >= 1")
  await happen(spaceId, ada, 'A', 1)
  expect(await isIn(spaceId, 1)).toBe(true)
  await happen(spaceId, ada, 'B', 2)
  expect(await isIn(spaceId, 2)).toBe(false)
  await happen(spaceId, ada, 'A', 3)
  expect(await isIn(spaceId, 3)).toBe(true)
  await happen(spaceId, ada, 'C', 4)
  expect(await isIn(spaceId, 4)).toBe(true)
})

it('CND-14 CMP-03 settled: just after its time, with no event and no look before; a late child takes it back', async () => {
  const { spaceId, ada } = await audience(
    "event('A').where(event('B').within(parent: 2 hours).settled().count() = 0).count() >= 1",
  )
  await happen(spaceId, ada, 'A', 1)
  expect(await isIn(spaceId, 1)).toBe(false)
  expect(await isIdle(spaceId, 2.9)).toBe(true)
  expect(await isIn(spaceId, 3)).toBe(false)
  expect(await isIn(spaceId, 3 + MS)).toBe(true)
  await addEvent(db, spaceId, ada, 'B', hour(2.5), `late ${serial}`)
  await addChange(db, spaceId, ada, `c${serial++}`, { events: ['B'], at: hour(4) })
  expect(await isIn(spaceId, 4)).toBe(false)
})

it('CND-15 CMP-03 the parent ages out of its window, and the child out of its own', async () => {
  const parent = await audience("event('A').where(event('B').within(parent: 5 hours).count() >= 1).within(10 hours).count() >= 1")
  await happen(parent.spaceId, parent.ada, 'A', 1)
  await happen(parent.spaceId, parent.ada, 'B', 6)
  expect(await isIn(parent.spaceId, 6)).toBe(true)
  expect(await isIdle(parent.spaceId, 10.9)).toBe(true)
  expect(await isIn(parent.spaceId, 11)).toBe(true)
  expect(await isIn(parent.spaceId, 11 + MS)).toBe(false)
  const child = await audience("event('A').where(event('B').within(3 hours).count() = 0).count() >= 1")
  await happen(child.spaceId, child.ada, 'A', 1)
  await happen(child.spaceId, child.ada, 'B', 2)
  expect(await isIn(child.spaceId, 2)).toBe(false)
  expect(await isIn(child.spaceId, 5)).toBe(false)
  expect(await isIn(child.spaceId, 5 + MS)).toBe(true)
})

it('CND-15 a funnel of three hears of the last event, and of a child that is only reached in time', async () => {
  const { spaceId, ada } = await audience(
    "event('A').where(event('B').where(event('C').within(9 hours).count() >= 1).count() >= 1).count() >= 1",
  )
  await happen(spaceId, ada, 'A', 1)
  await happen(spaceId, ada, 'B', 2)
  expect(await isIn(spaceId, 2)).toBe(false)
  await happen(spaceId, ada, 'C', 5)
  expect(await isIn(spaceId, 4)).toBe(false)
  expect(await isIn(spaceId, 5)).toBe(true)
  expect(await isIn(spaceId, 14 + MS)).toBe(false)
})

it('CND-17 a trait beside a property: its change is a change', async () => {
  const { spaceId, ada } = await audience("event('A').where(property('n') > trait('limit')).count() >= 1", { limit: 10 })
  await happen(spaceId, ada, 'A', 1, { n: 5 })
  expect(await isIn(spaceId, 1)).toBe(false)
  await identify(spaceId, ada, { limit: 4 }, 2)
  expect(await isIn(spaceId, 2)).toBe(true)
  await identify(spaceId, ada, { other: 1 }, 3)
  await identify(spaceId, ada, { limit: null }, 4)
  expect(await isIn(spaceId, 4)).toBe(false)
})

it('CND-17 a computed trait and an audience beside a property pass their changes on in the same tick', async () => {
  const spaceId = `spa_moments_${serial++}`
  await makeSpace(db, spaceId)
  const ada = await addProfile(db, spaceId, 'ada')
  const definition = parseTrait("event('A').avg('n')") as unknown as JsonObject
  const more = { name: 'average', key: 'average', description: '', enabled: true, options: {} }
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, 'tra_average', { ...more, definition })
  await makeAudience(db, spaceId, 'late', parseCondition("event('C').count() >= 1"))
  await makeAudience(
    db,
    spaceId,
    'asked',
    parseCondition(
      "event('A').where(property('n') > trait('average') AND NOT event('B').where(trait('late') = true).count() >= 1).count() >= 1",
    ),
  )
  await settle(spaceId, 0)
  await happen(spaceId, ada, 'A', 1, { n: 5 })
  expect(await isIn(spaceId, 1)).toBe(false)
  await happen(spaceId, ada, 'A', 2, { n: 3 })
  expect(await isIn(spaceId, 2)).toBe(true)
  await happen(spaceId, ada, 'B', 3)
  expect(await isIn(spaceId, 3)).toBe(true)
  await happen(spaceId, ada, 'C', 4)
  expect(await isIn(spaceId, 4)).toBe(false)
})

it('CMP-03 dates that are compared with the passing time wake wherever they stand', async () => {
  const within = '.within_next(3 hours)'
  const texts = [
    `event('A').where(event('B').where(property('at')${within}).count() >= 1).count() >= 1`,
    `event('A').where(event('B').last('at')${within}).count() >= 1`,
    `event('A').where(any_element('list', property('at')${within} AND property('n') = 1)).count() >= 1`,
    `event('A').where(trait('at')${within}).count() >= 1`,
    `any_element('list', any_element('deep', property('')${within}))`,
  ]
  for (const text of texts) {
    const at = hour(10).toISOString()
    const { spaceId, ada } = await audience(text, { at, list: [{ deep: ['x', at] }] })
    await happen(spaceId, ada, 'A', 1, { list: [{ at, n: 1 }] })
    await happen(spaceId, ada, 'B', 2, { at })
    expect([text, await isIn(spaceId, 2)]).toEqual([text, false])
    expect([text, await isIdle(spaceId, 6.9)]).toEqual([text, true])
    expect([text, await isIn(spaceId, 7)]).toEqual([text, true])
    expect([text, await isIn(spaceId, 10)]).toEqual([text, true])
    expect([text, await isIn(spaceId, 10 + MS)]).toEqual([text, false])
  }
})
