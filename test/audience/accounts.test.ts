import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { Options } from '../../src/api/audience/wire.ts'
import type { Condition } from '../../src/audience/condition.ts'
import { callsOf, peopled } from '../../src/audience/emission.ts'
import { explain, profileIdOf } from '../../src/audience/explain.ts'
import { eligibilityOf } from '../../src/audience/options.ts'
import { parseTrait, printTrait } from '../../src/audience/text/condition.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { type AccountWorld, accountWorld } from './support/account-world.ts'
import { did, hour, not } from './support/world.ts'

const { db } = await freshDatabase()
let spaces = 0
const world = (): Promise<AccountWorld> => accountWorld(db, `spa_acc_${spaces++}`, hour(0))

const any = (condition: Condition): Condition => ({ type: 'any', condition })
const all = (condition: Condition): Condition => ({ type: 'all', condition })
const none = (condition: Condition): Condition => all(not(condition))
const trait = (path: string, value: string | boolean | number): Condition => ({
  type: 'trait',
  path,
  compare: { operator: 'equals', value },
})
const track = (userId: string, event: string, properties: Readonly<Record<string, string | number>> = {}) => ({
  type: 'track',
  userId,
  event,
  properties,
})
const group = (userId: string, groupId: string, traits: Readonly<Record<string, string | number>> = {}) => ({
  type: 'group',
  userId,
  groupId,
  traits,
})

/** Of acme both users did A, of globex one of two, of initech none of two; hooli has no users. */
const fixture = async (): Promise<AccountWorld> => {
  const here = await world()
  await here.tell(
    ...[
      group('a1', 'acme', { industry: 'tnt' }),
      group('a2', 'acme'),
      group('g1', 'globex', { industry: 'energy' }),
      group('g2', 'globex'),
    ],
    ...[group('i1', 'initech'), group('i2', 'initech'), track('a1', 'A'), track('a2', 'A'), track('g1', 'A')],
  )
  await run(
    db,
    query(
      'test.*',
      sql`insert into profile (space_id, id, collection, identifiers, created_at, updated_at)
        values (${here.spaceId}, '00000000-0000-4000-8000-000000000001', 'accounts', '{"group_id": ["hooli"]}', ${hour(0)}, ${hour(0)})`,
    ),
  )
  return here
}

it('ACC-01 ACC-03 any, all and none of the users, and an account without users', async () => {
  const here = await fixture()
  const asked = (condition: Condition) => here.matches(condition, 'accounts')
  expect(await asked(any(did('A')))).toEqual(['acme', 'globex'])
  expect(await asked(all(did('A')))).toEqual(['acme'])
  expect(await asked(none(did('A')))).toEqual(['hooli', 'initech'])
  expect(await asked(not(any(did('A'))))).toEqual(['hooli', 'initech'])
  expect(await asked(not(all(did('A'))))).toEqual(['globex', 'hooli', 'initech'])
  expect(await asked(any(not(did('A'))))).toEqual(['globex', 'initech'])
  expect(await asked({ type: 'and', conditions: [any(did('A')), not(all(did('A')))] })).toEqual(['globex'])
  expect(await asked({ type: 'or', conditions: [none(did('A')), all(did('A'))] })).toEqual(['acme', 'hooli', 'initech'])
  await here.audience('quiet', none(did('A')))
  await here.tick()
  expect(await here.members('quiet')).toEqual(['hooli', 'initech'])
})

it('ACC-02 a trait of a group call filters accounts, and not a trait of its people', async () => {
  const here = await fixture()
  await here.tell({ type: 'identify', userId: 'i1', traits: { industry: 'tnt' } })
  await here.audience('explosive', trait('industry', 'tnt'))
  await here.audience('explosive_people', any(trait('industry', 'tnt')))
  await here.tick()
  expect(await here.members('explosive')).toEqual(['acme'])
  expect(await here.members('explosive_people')).toEqual(['initech'])
  await here.tell(group('g1', 'globex', { industry: 'tnt' }), group('a1', 'acme', { industry: 'none' }))
  await here.tick()
  expect(await here.members('explosive')).toEqual(['globex'])
})

it('CND-25 an audience of accounts in an audience of people: the people of its members', async () => {
  const here = await fixture()
  await here.tell(track('i2', 'B'))
  await here.audience('active', any(did('A')))
  const part: Condition = { type: 'audience', audience: 'active' }
  await here.audience('people', part, 'users')
  await here.audience('people_by_trait', trait('active', true), 'users')
  await here.audience('others', not(part), 'users')
  await here.audience('left', trait('active', false), 'users')
  await here.tick()
  expect(await here.members('people')).toEqual(['a1', 'a2', 'g1', 'g2'])
  expect(await here.members('people_by_trait')).toEqual(['a1', 'a2', 'g1', 'g2'])
  expect(await here.members('others')).toEqual(['i1', 'i2'])
  await here.tell(track('i1', 'A'))
  await here.tick()
  expect(await here.members('people'), 'what one does makes a member of the other').toEqual(['a1', 'a2', 'g1', 'g2', 'i1', 'i2'])
  await here.tell(group('new', 'acme'))
  await here.tick()
  expect(await here.members('people'), 'who joins an account').toContain('new')
  expect(await here.members('left')).toEqual([])
  for (const condition of [part, not(part), trait('active', true), trait('active', false)]) await here.matches(condition, 'users')
})

it('accounts refer to audiences of accounts, and by a quantifier to audiences of people', async () => {
  const here = await fixture()
  await here.audience('doers', did('A'), 'users')
  await here.audience('all_doers', all({ type: 'audience', audience: 'doers' }))
  await here.audience('rest', not({ type: 'audience', audience: 'all_doers' }))
  await here.tick()
  expect(await here.members('all_doers')).toEqual(['acme'])
  expect(await here.members('rest')).toEqual(['globex', 'hooli', 'initech'])
  await here.tell(track('g2', 'A'), group('i9', 'acme'))
  await here.tick()
  expect(await here.members('all_doers')).toEqual(['globex'])
})

it('accounts whose people belong to another account hear what that one has become', async () => {
  const here = await world()
  const industry = (value: string): Condition => trait('industry', value)
  // Ada belongs to both; of globex nothing changes.
  await here.tell(group('ada', 'acme', { industry: 'tnt' }), group('ada', 'globex'), group('bob', 'initech'))
  await here.audience('blasting', industry('tnt'))
  await here.audience('near', any({ type: 'audience', audience: 'blasting' }))
  await here.tick()
  expect(await here.members('near')).toEqual(['acme', 'globex'])
  await here.tell(group('ada', 'acme', { industry: 'toys' }))
  await here.tick()
  expect(await here.members('near')).toEqual([])
  await here.tell(group('bob', 'initech', { industry: 'tnt' }), group('bob', 'globex'))
  await here.tick()
  expect(await here.members('near')).toEqual(['globex', 'initech'])
})

it('CTR-11 a trait of accounts is over the events of all its people: a counter is the sum of theirs', async () => {
  const here = await fixture()
  await here.tell(track('a1', 'A', { n: 5 }), track('g2', 'B', { n: 7 }))
  await here.trait('logins', { event: { name: 'A' }, measure: { kind: 'count' } })
  await here.trait('logins_of', { event: { name: 'A' }, measure: { kind: 'count' } }, 'users')
  await here.trait('lately', { event: { name: 'A', within: '2 hours' }, measure: { kind: 'count' } })
  await here.trait('most', { event: { name: 'B' }, measure: { kind: 'max', property: 'n' } })
  await here.audience('busy', { type: 'trait', path: 'logins', compare: { operator: 'at_least', value: 3 } })
  await here.tick()
  expect(await here.values('logins_of')).toEqual({ a1: 2, a2: 1, g1: 1 })
  expect(await here.values('logins')).toEqual({ acme: 3, globex: 1 })
  expect(await here.values('most')).toEqual({ globex: 7 })
  expect(await here.members('busy')).toEqual(['acme'])
  await here.tell(track('g2', 'A'), track('g2', 'A'), track('i1', 'A'))
  await here.tick()
  expect(await here.values('logins')).toEqual({ acme: 3, globex: 3, initech: 1 })
  expect(await here.members('busy')).toEqual(['acme', 'globex'])
  here.clock.at = hour(2.5)
  await here.tick()
  expect(await here.values('lately'), 'the window ends for accounts at its instant, too').toEqual({
    acme: 0,
    globex: 0,
    initech: 0,
  })
})

it('CTR-12 the most active user: the most frequent value of a trait of whoever did it', async () => {
  const here = await fixture()
  await here.tell(
    ...[
      { type: 'identify', userId: 'a1', traits: { email: 'one@acme.example' } },
      { type: 'identify', userId: 'a2', traits: { email: 'two@acme.example' } },
    ],
    ...[track('a2', 'A'), track('a2', 'A')],
  )
  const measure = { kind: 'most_frequent', property: 'email', minimum: 1, of: 'user' } as const
  await here.trait('most_active', { event: { name: 'A' }, measure })
  await here.trait('first_user', { event: { name: 'A' }, measure: { kind: 'first', property: 'email', of: 'user' } })
  await here.tick()
  expect(await here.values('most_active')).toEqual({ acme: 'two@acme.example' })
  await here.tell({ type: 'identify', userId: 'a2', traits: { email: 'new@acme.example' } })
  await here.tick()
  expect(await here.values('most_active'), 'a changed trait of a user changes it').toEqual({ acme: 'new@acme.example' })
  await expect(here.trait('wrong', { event: { name: 'A' }, measure }, 'users')).rejects.toThrow(/for accounts/)
})

it('ACC-06 what somebody of two accounts does counts for both, unless the group that it names is honoured', async () => {
  const here = await world()
  await here.tell(group('both', 'acme'), group('both', 'globex'))
  await here.tell({ ...track('both', 'A'), context: { groupId: 'acme' } }, track('both', 'B'))
  const count = (name: string) => ({ event: { name }, measure: { kind: 'count' as const } })
  await here.trait('a', count('A'))
  await here.trait('b', count('B'))
  await here.trait('a_own', count('A'), 'accounts', { honourGroupId: true })
  await here.trait('b_own', count('B'), 'accounts', { honourGroupId: true })
  await here.audience('did_a', any(did('A')))
  await here.audience('did_a_own', any(did('A')), 'accounts', { honourGroupId: true })
  await here.audience('none_own', none(did('A')), 'accounts', { honourGroupId: true })
  await here.tick()
  expect([await here.values('a'), await here.values('b')]).toEqual([
    { acme: 1, globex: 1 },
    { acme: 1, globex: 1 },
  ])
  expect([await here.values('a_own'), await here.values('b_own')]).toEqual([{ acme: 1 }, { acme: 1, globex: 1 }])
  expect(await here.members('did_a')).toEqual(['acme', 'globex'])
  expect(await here.members('did_a_own')).toEqual(['acme'])
  expect(await here.members('none_own')).toEqual(['globex'])
  await here.tell({ ...track('both', 'A'), context: { groupId: 'globex' } })
  await here.tick()
  expect([await here.values('a_own'), await here.members('none_own')]).toEqual([{ acme: 1, globex: 1 }, []])
  expect(await here.matches(any(did('A')), 'accounts', { account: sql`p.identifiers` })).toEqual(['acme', 'globex'])
})

it('ACC-06 explains an account without the events that name another group, where that is wanted', async () => {
  const here = await world()
  await here.tell(group('both', 'acme'), group('both', 'globex'), { ...track('both', 'A'), context: { groupId: 'acme' } })
  for (const condition of [any(did('A')), all(did('A')), none(did('A'))]) {
    const saved = { collection: 'accounts', options: { honourGroupId: true }, createdAt: hour(0) } as const
    const scope = { spaceId: here.spaceId, now: here.clock.at, ...eligibilityOf(condition, saved) }
    for (const who of ['acme', 'globex']) {
      const id = await profileIdOf(db, here.spaceId, `group_id:${who}`)
      const { conditions } = await explain(db, scope, { id: 'aud_own', condition }, id)
      expect(conditions.disagrees, `${who} ${JSON.stringify(condition)}`).toBeUndefined()
    }
  }
})

it('what is asked of the wrong collection is refused, with what to do', async () => {
  const here = await fixture()
  await here.audience('doers', did('A'), 'users')
  await here.trait('logins', { event: { name: 'A' }, measure: { kind: 'count' } })
  await here.trait('own', { event: { name: 'A' }, measure: { kind: 'count' } }, 'users')
  const refused = async (condition: Condition, collection: 'users' | 'accounts'): Promise<string> =>
    here.audience(`x${spaces++}`, condition, collection).then(
      () => 'saved',
      (error: Error) => error.message,
    )
  expect(await refused(did('A'), 'accounts')).toContain('“A” is what people do')
  expect(await refused({ type: 'audience', audience: 'doers' }, 'accounts')).toContain('is about accounts')
  expect(await refused(trait('own', 1), 'accounts')).toContain('is about accounts')
  expect(await refused(trait('doers', true), 'accounts')).toContain('is about accounts')
  expect(await refused(any(did('A')), 'users')).toContain('for audiences of accounts')
  expect(await refused(trait('logins', 1), 'users')).toContain('a trait of accounts')
  expect(await refused(any(trait('logins', 1)), 'accounts')).toContain('a trait of accounts')
  expect(await refused(any(any(did('A'))), 'accounts')).toContain('for audiences of accounts')
  expect(await refused(any({ type: 'and', conditions: [did('A'), trait('own', 1)] }), 'accounts')).toBe('saved')
})

it('ACC-01 explains an account, and a person by their accounts', async () => {
  const here = await fixture()
  await here.tell(group('lone', 'hooli2'))
  await here.audience('active', any(did('A')))
  await here.audience('people', { type: 'audience', audience: 'active' }, 'users')
  await here.tick()
  const ask = async (key: string, condition: Condition, who: string, collection: 'users' | 'accounts') => {
    const saved = { collection, options: {}, createdAt: hour(0) }
    const scope = { spaceId: here.spaceId, now: here.clock.at, ...eligibilityOf(condition, saved) }
    return explain(db, scope, { id: `aud_${key}`, condition }, await profileIdOf(db, here.spaceId, who))
  }
  const globex = await ask('active', any(did('A')), 'group_id:globex', 'accounts')
  expect(globex).toMatchObject({
    matches: true,
    eligible: true,
    memberSince: hour(0).toISOString(),
    conditions: { matches: true },
  })
  expect(globex.conditions.disagrees).toBeUndefined()
  for (const condition of [all(did('A')), none(did('A')), not(any(did('A')))])
    for (const who of ['acme', 'globex', 'initech', 'hooli2']) {
      const { conditions } = await ask('active', condition, `group_id:${who}`, 'accounts')
      expect(conditions.disagrees, `${who} ${JSON.stringify(condition)}`).toBeUndefined()
    }
  const part = { type: 'audience', audience: 'active' } as const
  for (const condition of [any(part), all(part), none(part), any(trait('active', true)), any(not(trait('active', true)))])
    for (const who of ['acme', 'globex', 'initech', 'hooli2']) {
      const { conditions } = await ask('active', condition, `group_id:${who}`, 'accounts')
      expect(conditions.disagrees, `${who} ${JSON.stringify(condition)}`).toBeUndefined()
    }
  expect(await ask('people', part, 'user_id:g2', 'users')).toMatchObject({ matches: true, conditions: { matches: true } })
  expect(await ask('people', part, 'user_id:i1', 'users')).toMatchObject({ matches: false })
})

it('ACC-04 ACC-05 a change is told by group, by identify or by track; exit says false; who never did anything is told, too', async () => {
  const here = await fixture()
  await here.tell({ type: 'identify', userId: 'g1', traits: { email: 'g1@globex.example' } })
  const accounts = await run(
    db,
    query(
      'test.*',
      sql<{ id: string }>`select id from profile where space_id = ${here.spaceId} and identifiers @> '{"group_id": ["globex"]}'`,
    ),
  )
  const [globex] = await peopled(
    db,
    here.spaceId,
    accounts.map((row) => row.id),
  )
  const account = must(globex, 'globex')
  const named = { spaceId: 'spa', kind: 'audience', id: 'aud_1', key: 'active' } as const
  const context = {
    personas: {
      computation_class: 'audience',
      computation_id: 'aud_1',
      computation_key: 'active',
      namespace: 'spa',
      space_id: 'spa',
    },
  }
  expect(callsOf(named, account, true, { mode: 'group' })).toEqual([
    { type: 'group', groupId: 'globex', traits: { active: true }, context },
  ])
  expect(callsOf(named, account, false, { mode: 'identify' })).toEqual([
    { type: 'identify', userId: 'g1', traits: { active: false, email: 'g1@globex.example' }, context },
    { type: 'identify', userId: 'g2', traits: { active: false }, context },
  ])
  const tracked = callsOf(named, account, false, { mode: 'track' })
  expect(tracked[1]).toEqual({
    type: 'track',
    event: 'Audience Exited',
    userId: 'g2',
    properties: { audience_key: 'active', active: false },
    context,
  })
  expect(tracked[0]).toMatchObject({ context: { traits: { email: 'g1@globex.example' } } })
  expect(callsOf(named, account, true, { mode: 'track', entered: 'Welcome' })[0]).toMatchObject({ event: 'Welcome' })
  const trait_ = { ...named, kind: 'computed_trait', key: 'logins' } as const
  expect(callsOf(trait_, account, 5, { mode: 'track' })[0]).toMatchObject({
    event: 'Trait Computed',
    properties: { trait_key: 'logins', logins: 5 },
  })
})

it('ACC-07 at once by default; at a cadence where one is set, 8 hours unless said otherwise', async () => {
  const here = await fixture()
  const recompute = Options.parse({ recompute: {} }).recompute
  expect(recompute).toEqual({ every: '8 hours' })
  await here.audience('at_once', any(did('B')))
  await here.audience('slow', any(did('B')), 'accounts', { recompute })
  await here.trait('slow_count', { event: { name: 'B' }, measure: { kind: 'count' } }, 'accounts', { recompute })
  await here.tick()
  await here.tell(track('a1', 'B'))
  const after = async (hours: number) => {
    here.clock.at = hour(hours)
    await here.tick()
    await here.tick()
    return [await here.members('at_once'), await here.members('slow'), await here.values('slow_count')]
  }
  expect(await after(1)).toEqual([['acme'], [], {}])
  expect(await after(7.9)).toEqual([['acme'], [], {}])
  expect(await after(8.1)).toEqual([['acme'], ['acme'], { acme: 1 }])
  await here.tell(track('g1', 'B'))
  expect(await after(10)).toEqual([['acme', 'globex'], ['acme'], { acme: 1 }])
  expect(await after(17)).toEqual([['acme', 'globex'], ['acme', 'globex'], { acme: 1, globex: 1 }])
  const often = here.audience('often', any(did('B')), 'accounts', { recompute: { every: '14 minutes' } })
  await expect(often).rejects.toThrow(/too often/)
  await expect(here.audience('people', did('B'), 'users', { recompute })).rejects.toThrow(/is for accounts/)
})

it('CTR-12 as text: a trait of the user in place of a property', () => {
  const definition = {
    event: { name: 'A' },
    measure: { kind: 'most_frequent', property: 'email', minimum: 1, of: 'user' },
  } as const
  const text = "event('A').mode(trait('email'), 1)"
  expect(printTrait(definition)).toBe(text)
  expect(parseTrait(text)).toEqual(definition)
  expect(parseTrait("event('A').last(trait('email'))").measure).toEqual({ kind: 'last', property: 'email', of: 'user' })
})

it('an audience of accounts starts no journey: those are walked by people', async () => {
  const here = await fixture()
  await run(
    db,
    query(
      'test.*',
      sql`insert into audience_interest (space_id, audience_id, consumer) values (${here.spaceId}, 'aud_active', 'j')`,
    ),
  )
  await here.audience('active', any(did('A')))
  await here.tick()
  expect(await here.members('active')).toEqual(['acme', 'globex'])
  expect(await run(db, query('test.*', sql`select from outbox where space_id = ${here.spaceId}`))).toEqual([])
})
