import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { loadCatalog } from '../../src/audience/catalog.ts'
import { compileValue } from '../../src/audience/compute.ts'
import type { ComputedTraitDefinition, Condition } from '../../src/audience/condition.ts'
import { evaluateSpace, LIMITS } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { progressOf } from '../../src/audience/progress.ts'
import { create, runNow, update } from '../../src/audience/save.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import { definitionOf } from '../../src/audience/store.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { until } from '../support/wait.ts'
import {
  addChange,
  addEvent,
  addProfile,
  did,
  hour,
  makeAudience,
  makePartitions,
  makeSpace,
  matching,
  membersNow,
  not,
  profileId,
} from './support/world.ts'

const { db, url } = await freshDatabase()
await makePartitions(db)
const SEED = Number(process.env['SEED'] ?? randomInt(1_000_000_000))
const PEOPLE = 40
const PER_STEP = 10
const PROCESS = fileURLToPath(new URL('./support/compute-process.ts', import.meta.url))

// Postgres learns of a death by the connection that broke, and until then the locks are held: who comes at once finds them taken.
const isForgotten = async (): Promise<boolean> => {
  const left = await run(
    db,
    query(
      'test.sessions*',
      sql`select pid from pg_stat_activity where datname = current_database() and application_name = 'computes and dies'`,
    ),
  )
  return left.length === 0
}

/** A worker that computes in full and dies at a named place by kill -9. */
const killedAt = async (spaceId: string, now: Date, crashAt: string): Promise<void> => {
  const child = spawn(process.execPath, [PROCESS, url, spaceId, now.toISOString(), String(PER_STEP), crashAt], {
    stdio: 'inherit',
  })
  const [, signal] = await once(child, 'exit')
  expect(signal, `it dies at ${crashAt}`).toBe('SIGKILL')
  await until('its sessions to end', isForgotten)
}
const wholly = (spaceId: string, now: Date) => evaluateSpaceFully(db, spaceId, now, { ...LIMITS, peoplePerStep: PER_STEP })

let serial = 0
const happen = async (spaceId: string, person: number, name: string, at: Date): Promise<void> => {
  const id = profileId(spaceId, `p${person}`)
  await addEvent(db, spaceId, id, name, at, `m${serial}`, { n: person })
  await addChange(db, spaceId, id, `c${serial++}`, { events: [name], at })
}
const populated = async (spaceId: string): Promise<void> => {
  await makeSpace(db, spaceId)
  for (let n = 0; n < PEOPLE; n++) {
    await addProfile(
      db,
      spaceId,
      `p${n}`,
      { plan: n % 3 ? 'pro' : 'free', ends: hour(n / 4).toISOString() },
      { user_id: [`p${n}`] },
    )
    if (n % 2) await happen(spaceId, n, 'Order', hour(-n / 4))
  }
}
const steps = (spaceId: string) =>
  run(
    db,
    query(
      'test.steps*',
      sql<{
        step: number
        at: Date | null
      }>`select step, completed_at as at from computation_step where space_id = ${spaceId} order by step`,
    ),
  )
const shown = async (spaceId: string, key: string) => {
  const row = await definitionOf(db, 'audience', spaceId, key)
  return { status: row.status, reason: row.reason, ...progressOf(row) }
}

it('CMP-08 CMP-09 a worker killed mid-run costs one step: the next one resumes at the first that is not done', async () => {
  const spaceId = 'spa_killed'
  await populated(spaceId)
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  expect(await shown(spaceId, 'buyers')).toMatchObject({ status: 'Preparing', phase: 'waiting', percent: 0 })
  await killedAt(spaceId, hour(1), 'audience.step_2')
  expect((await steps(spaceId)).map((each) => each.at)).toEqual([hour(1), hour(1), null, null, null])
  expect(await shown(spaceId, 'buyers')).toMatchObject({
    status: 'Computing',
    phase: 'computing',
    percent: 33,
    steps: 6,
    done: 2,
    attempt: 1,
    since: hour(1).toISOString(),
  })
  expect(await membersNow(db, spaceId, 'aud_buyers'), 'nobody enters before the switch').toEqual([])
  await killedAt(spaceId, hour(2), 'audience.switched')
  expect((await steps(spaceId)).map((each) => each.at)).toEqual([hour(1), hour(1), hour(2), hour(2), hour(2)])
  expect(await shown(spaceId, 'buyers')).toMatchObject({ phase: 'switching', percent: 83, attempt: 1 })
  await wholly(spaceId, hour(3))
  expect(await shown(spaceId, 'buyers')).toEqual({ status: 'Live', reason: null })
  expect(await membersNow(db, spaceId, 'aud_buyers')).toEqual(await matching(db, spaceId, did('Order'), hour(3)))
  for (const table of ['computation_step', 'computation_found'])
    expect(await run(db, query('test.rows*', sql`select from ${sql.table(table)} where space_id = ${spaceId}`))).toEqual([])
}, 120_000)

it('CMP-08 after five attempts at the same step it fails and says so; what is done stays done when it is asked for again', async () => {
  const spaceId = 'spa_gave_up'
  await populated(spaceId)
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  for (let n = 1; n <= 5; n++) await killedAt(spaceId, hour(n), 'audience.step_1')
  expect(await shown(spaceId, 'buyers')).toMatchObject({ status: 'Computing', attempt: 5, done: 1 })
  await wholly(spaceId, hour(6))
  expect(await shown(spaceId, 'buyers')).toMatchObject({
    status: 'Failed',
    reason: 'Step 2 of 6 was begun 5 times, and each time the worker ended before it.',
  })
  await wholly(spaceId, hour(600))
  expect((await shown(spaceId, 'buyers')).status).toBe('Failed')
  await runNow(db, 'audience', { spaceId, by: 'test', now: hour(601) }, 'buyers')
  await wholly(spaceId, hour(601))
  expect(await shown(spaceId, 'buyers')).toEqual({ status: 'Live', reason: null })
}, 120_000)

const CONDITIONS: Readonly<Record<string, Condition>> = {
  lifetime: did('Order', { operator: 'at_least', value: 2 }),
  absent: not(did('View')),
  windowed: did('Order', undefined, { within: '5 hours' }),
  dated: { type: 'trait', path: 'ends', compare: { operator: 'within_last', duration: '3 hours' } },
  mixed: {
    type: 'or',
    conditions: [
      { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'free' } },
      { type: 'audience', audience: 'lifetime' },
    ],
  },
}
const COUNTER: ComputedTraitDefinition = { event: { name: 'Order', within: '5 hours' }, measure: { kind: 'count' } }

it(`CMP-10 the members of one run are those of one snapshot, whatever happens between its steps (SEED=${SEED})`, async () => {
  const spaceId = 'spa_snapshot'
  let drawn = SEED
  const draw = (below: number): number => {
    drawn = (drawn * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((drawn / 2_147_483_648) * below)
  }
  await populated(spaceId)
  for (const [key, condition] of Object.entries(CONDITIONS)) await makeAudience(db, spaceId, key, condition)
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, 'tra_orders', {
    name: 'orders',
    description: '',
    enabled: true,
    options: {},
    definition: COUNTER as unknown as JsonObject,
  })
  const busy = async (now: number): Promise<void> => {
    for (let n = 0; n < 25; n++) await happen(spaceId, draw(PEOPLE), draw(2) ? 'Order' : 'View', hour(now - draw(6)))
    await addProfile(db, spaceId, `p${PEOPLE + now}`, {}, { user_id: [`n${now}`] }, hour(now))
    await happen(spaceId, PEOPLE + now, 'Order', hour(now))
    if (draw(2)) await evaluateSpace(db, spaceId, hour(now))
  }
  const check = async (now: Date): Promise<void> => {
    for (const [key, condition] of Object.entries(CONDITIONS))
      expect(await membersNow(db, spaceId, `aud_${key}`), key).toEqual(await matching(db, spaceId, condition, now))
    const scope = { spaceId, now, catalog: await loadCatalog(db, spaceId), filterByExternalIds: DEFAULT_EXTERNAL_IDS }
    const wanted = await run(
      db,
      query('test.values*', sql`select n.profile_id, n.value from (${compileValue(COUNTER, scope)}) n order by 1`),
    )
    const stored = await run(
      db,
      query('test.values*', sql`select profile_id, value from computed_value where space_id = ${spaceId} order by 1`),
    )
    expect(stored).toEqual(wanted)
  }
  for (const [now, crash] of ['step_1', 'step_3', 'switched'].entries()) {
    await killedAt(spaceId, hour(now + 1), `audience.${crash}`)
    await busy(now + 1)
  }
  const outcomes = await wholly(spaceId, hour(5))
  expect(outcomes.flatMap((each) => (each.kind === 'evaluated' ? [] : JSON.stringify(each)))).toEqual([])
  // What waits is not taken in yet by those that were not made in steps; none of these is such a one, so all hold at once.
  for (const key of ['lifetime', 'absent'])
    expect(await membersNow(db, spaceId, `aud_${key}`), key).toEqual(
      await matching(db, spaceId, must(CONDITIONS[key], key), hour(5)),
    )
  while ((await evaluateSpace(db, spaceId, hour(5))).more);
  await check(hour(5))
  await update(db, 'audience', { spaceId, by: 'test', now: hour(6) }, 'windowed', {
    definition: did('View', undefined, { within: '5 hours' }) as unknown as JsonObject,
  })
  await killedAt(spaceId, hour(6), 'audience.step_2')
  await busy(6)
  await wholly(spaceId, hour(7))
  while ((await evaluateSpace(db, spaceId, hour(7))).more);
  expect(await membersNow(db, spaceId, 'aud_windowed')).toEqual(
    await matching(db, spaceId, did('View', undefined, { within: '5 hours' }), hour(7)),
  )
}, 180_000)

it('CMP-12 an evaluation that is killed and made again tells each entry once', async () => {
  const spaceId = 'spa_once'
  await populated(spaceId)
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  await run(db, query('test.listen*', sql`insert into audience_interest values (${spaceId}, 'aud_buyers', 'jou')`))
  for (const crash of ['audience.applied', 'audience.switched']) await killedAt(spaceId, hour(1), crash)
  await wholly(spaceId, hour(1))
  await wholly(spaceId, hour(2))
  const told = await run(
    db,
    query(
      'test.told*',
      sql<{ profile_id: string }>`select profile_id from outbox where space_id = ${spaceId} and topic = 'entered' order by 1`,
    ),
  )
  expect(told.map((row) => row.profile_id)).toEqual(await membersNow(db, spaceId, 'aud_buyers'))
}, 120_000)
