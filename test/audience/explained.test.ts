import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Comparison, Condition } from '../../src/audience/condition.ts'
import { matches } from '../../src/audience/evaluator/matches.ts'
import type { Person } from '../../src/audience/evaluator/person.ts'
import { type Explained, explain } from '../../src/audience/explain.ts'
import { idFrom } from '../../src/base/ids.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { condition } from './support/asked.ts'
import { lay } from './support/lay.ts'
import { NOWS, person, WORLD } from './support/nasty.ts'
import { canBeSaved } from './support/savable.ts'
import { makePartitions } from './support/world.ts'

/* What is said of anybody and any condition: the answer of the specification, and nowhere in it another one. SEED repeats a run, RUNS asks that many worlds. */

const { db } = await freshDatabase()
await makePartitions(db)

const SEED = Number(process.env['SEED'] ?? Math.trunc(Math.random() * 2 ** 31))
const WORLDS = Number(process.env['RUNS'] ?? 4)
const LONG = 60_000 + WORLDS * 15_000

const worlds = fc.constantFrom(...NOWS).chain((now) =>
  fc.record({
    now: fc.constant(now),
    people: fc.tuple(
      ...['a', 'b', 'c'].map((id) => person(now).map((each): Person => ({ ...each, id: idFrom('explained', id) }))),
    ),
    conditions: fc.array(condition(now).filter(canBeSaved), { minLength: 30, maxLength: 30, size: 'max' }),
  }),
)

const NOW = must(NOWS[0], 'an instant')
const SOMEONE = { merged: false, identifiers: { user_id: ['u'] }, memberships: {}, traits: {} } as const

const all = (node: Explained): readonly Explained[] => [node, ...(node.conditions ?? []).flatMap(all)]

it(`PRE-06 any condition is explained of anybody, and the evidence never says otherwise (SEED=${SEED})`, {
  timeout: LONG,
}, async () => {
  for (let world = 0; world < WORLDS; world++) {
    const { now, people, conditions } = must(fc.sample(worlds, { numRuns: 1, seed: SEED + world })[0], 'a world')
    const spaceId = `explained_${world}`
    await lay(db, spaceId, WORLD, people)
    const asked = { spaceId, now, filterByExternalIds: [...WORLD.externalIds] }
    for (const each of conditions)
      for (const one of people) {
        const said = await explain(db, asked, { id: 'none', condition: each }, one.id)
        const told = JSON.stringify({ SEED: SEED + world, now, condition: each, person: one })
        expect(said.matches, told).toBe(matches(each, one, WORLD, now))
        expect(
          all(said.conditions).filter((node) => node.disagrees),
          told,
        ).toEqual([])
      }
  }
})

it.each([
  ['beyond all measure', `2${'0'.repeat(308)}`],
  ['of 16 digits', '9007199254740993'],
  ['of 19 places', '0.1234567890123456789'],
  ['of 20,000 digits', `-${'9'.repeat(20_000)}`],
])('PRE-06 a sum %s is explained with all its digits', async (_, digits) => {
  const id = idFrom('digits', digits)
  const spaceId = `digits_${digits.slice(0, 5)}`
  await lay(db, spaceId, WORLD, [{ ...SOMEONE, id, collection: 'users', computed: { spent: 0 }, events: [] }])
  await run(db, query('test.digits*', sql`update computed_value set value = ${digits}::jsonb where space_id = ${spaceId}`))
  const compares: readonly Comparison[] = [
    { operator: 'greater_than', value: 9007199254740992 },
    { operator: 'less_than', value: 0.12345678901234568 },
    { operator: 'ends_with', value: digits.slice(-18) },
    { operator: 'equals', value: digits.slice(0, 16_000) },
  ]
  for (const compare of compares) {
    const condition: Condition = { type: 'trait', path: 'spent', compare }
    const asked = { spaceId, now: NOW, filterByExternalIds: [...WORLD.externalIds] }
    const said = await explain(db, asked, { id: 'none', condition }, id)
    expect(said.conditions.disagrees, JSON.stringify(compare)).toBeUndefined()
  }
})

it('PRE-06 an account is none of those whom an audience of people is about, and nothing of that is called a disagreement', async () => {
  const id = idFrom('explained', 'account')
  const event = { messageId: 'm', type: 'track', name: 'A', timestamp: NOW, properties: {}, context: {} } as const
  await lay(db, 'of_people', WORLD, [{ ...SOMEONE, id, collection: 'accounts', computed: {}, events: [event] }])
  const condition: Condition = {
    ...{ type: 'event', event: { name: 'A' }, measure: { kind: 'count' } },
    compare: { operator: 'at_least', value: 1 },
  }
  const asked = { spaceId: 'of_people', now: NOW, filterByExternalIds: [...WORLD.externalIds] }
  const said = await explain(db, asked, { id: 'none', condition }, id)
  expect([said.matches, said.eligible, said.conditions.disagrees]).toEqual([false, false, undefined])
})
