import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { matches } from '../../src/audience/evaluator/matches.ts'
import type { Person } from '../../src/audience/evaluator/person.ts'
import { connect } from '../../src/db/connect.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { answered, candidatesOf, lay, scopeOf } from './support/lay.ts'
import type { Case } from './support/minimal.ts'
import { WORLD } from './support/nasty.ts'
import { makePartitions } from './support/world.ts'

/* Every disagreement between the compiler and the oracle that was ever found, made small: `why` says what was decided, and by what. */
const FOLDER = new URL('../cases/conditions/', import.meta.url)
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))

// In a session of another zone, so that nothing hangs on the zone.
const { url } = await freshDatabase()
const { db, close } = connect(`${url}?options=${encodeURIComponent('-c TimeZone=Asia/Kathmandu')}`)
atEnd(close)
await makePartitions(db)

it.each(files)('G2 %s', async (file) => {
  const {
    why,
    externalIds,
    now: at,
    condition,
    person: stored,
    member,
  } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Case
  const now = new Date(at)
  const world = externalIds ? { ...WORLD, externalIds } : WORLD
  const person: Person = { ...stored, events: stored.events.map((each) => ({ ...each, timestamp: new Date(each.timestamp) })) }
  expect(matches(condition, person, world, now), `the oracle: ${why}`).toBe(member)
  const spaceId = file.replace('.json', '')
  await lay(db, spaceId, world, [person])
  const scope = await scopeOf(db, spaceId, world, now)
  const expected = member ? [person.id] : []
  expect(await answered(db, condition, scope), why).toEqual(expected)
  const candidates = candidatesOf(spaceId, [person.id])
  expect(await answered(db, condition, { ...scope, candidates }), `among candidates: ${why}`).toEqual(expected)
})
