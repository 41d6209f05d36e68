import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { outlook } from '../../src/audience/evaluator/changes.ts'
import { holds } from '../../src/audience/evaluator/matches.ts'
import type { Person } from '../../src/audience/evaluator/person.ts'
import type { Scope } from '../../src/audience/scope.ts'
import { idFrom } from '../../src/base/ids.ts'
import { must } from '../../src/base/must.ts'
import { freshDatabase } from '../support/database.ts'
import { condition } from './support/asked.ts'
import { answered, lay, scopeOf } from './support/lay.ts'
import { NOWS, person, WORLD } from './support/nasty.ts'
import { canBeSaved } from './support/savable.ts'
import { makePartitions } from './support/world.ts'

/* What the evaluator says of the future: when time alone changes an answer. SEED repeats a run, RUNS asks that many worlds. */

const { db } = await freshDatabase()
await makePartitions(db)

const SEED = Number(process.env['SEED'] ?? Math.trunc(Math.random() * 2 ** 31))
const WORLDS = Number(process.env['RUNS'] ?? 6)
const LONG = 60_000 + WORLDS * 10_000

const eligible = (now: Date, id: string): fc.Arbitrary<Person> =>
  person(now).map((each) => ({
    ...each,
    ...{ id: idFrom('outlook', id), collection: 'users' as const, merged: false, identifiers: { user_id: ['u'] } },
  }))

const worlds = fc.constantFrom(...NOWS).chain((now) =>
  fc.record({
    now: fc.constant(now),
    people: fc.tuple(...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => eligible(now, id))),
    conditions: fc.array(condition(now).filter(canBeSaved), { minLength: 60, maxLength: 60, size: 'max' }),
    // Between now and the turn nothing changes: asked at some instants, given as parts of the way.
    parts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
  }),
)

const isMember = async (each: Condition, scope: Scope, one: Person, now: Date): Promise<boolean> =>
  (await answered(db, each, { ...scope, now })).includes(one.id)

/** Whether an answer stays what it is until its turn, and the compiled query turns at that instant and not before. */
const check = async (each: Condition, one: Person, scope: Scope, parts: readonly number[]): Promise<boolean> => {
  const { now } = scope
  const place = { person: one, world: WORLD, now }
  const { turn } = outlook(each, place)
  const end = turn?.at.getTime() ?? now.getTime() + 400 * 86_400_000
  const between = parts.map((part) => new Date(now.getTime() + Math.floor(part * (end - 1 - now.getTime()))))
  const was = holds(each, place)
  const said = JSON.stringify({ now, each, turn, events: one.events, traits: one.traits })
  for (const at of between) expect(holds(each, { ...place, now: at }), said).toBe(was)
  if (!turn) return false
  expect(turn.because, said).not.toBe('')
  expect(await isMember(each, scope, one, new Date(end - 1)), said).toBe(was)
  expect(await isMember(each, scope, one, turn.at), said).toBe(!was)
  return true
}

it(`PRE-06 the instant at which time alone changes an answer is that instant, and the compiled query changes then (SEED=${SEED})`, {
  timeout: LONG,
}, async () => {
  let turns = 0
  const enough = WORLDS * 3
  // Worlds in which little turns are drawn, too (SEED=715230403): then more are looked at.
  for (let world = 0; world < WORLDS || (turns <= enough && world < WORLDS * 10); world++) {
    const { now, people, conditions, parts } = must(fc.sample(worlds, { numRuns: 1, seed: SEED + world })[0], 'a world')
    const spaceId = `outlook_${world}`
    await lay(db, spaceId, WORLD, people)
    const scope = await scopeOf(db, spaceId, WORLD, now)
    for (const each of conditions) for (const one of people) if (await check(each, one, scope, parts)) turns++
  }
  expect(turns).toBeGreaterThan(enough)
})
