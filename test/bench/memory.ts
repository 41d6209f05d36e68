import { randomBytes } from 'node:crypto'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { LIMITS } from '../../src/audience/evaluate.ts'
import { runNow } from '../../src/audience/save.ts'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { limitsWith } from '../../src/space/limit.ts'
import { aside, type Bench, type Figure, load, type Opened } from './bench.ts'
import { addAudience } from './support/audiences.ts'
import { HUNDRED } from './support/hundred.ts'
import { heldByConnection, heldHere } from './support/memory.ts'
import { knownUser, type Population, populate } from './support/population.ts'

/* Few people, for it is the number of evaluations that might leave something behind. */
const SCALE = { profiles: 2_000, events: 40_000 }
const ROUNDS = 40
const WARM = 8
const CHANGED = 200
// The 64 MB of temporary buffers that a connection with copies takes bit by bit, whatever the copies' size, and its caches.
const MOST_OF_A_CONNECTION = 80
const ALL_AT_ONCE = limitsWith({ new_at_once: null, batch_at_once: null })

type World = Opened & Population & { clock: Date }
type Held = { readonly heap: number; readonly rss: number; readonly connection: number }

const fully = async ({ connection: { db }, clock }: World): Promise<number> => {
  const { failed, evaluated } = await evaluateFullyDue(db, clock, LIMITS, ALL_AT_ONCE)
  if (failed.length > 0) throw new Error(failed.join('; '))
  return evaluated
}

const tick = async ({ connection: { db }, clock }: World): Promise<number> => {
  let evaluated = 0
  for (let more = true; more; ) {
    const ticked = await evaluateDue(db, clock)
    if (ticked.failed.length > 0) throw new Error(ticked.failed.join('; '))
    evaluated += ticked.evaluated
    more = ticked.more
  }
  return evaluated
}

const change = async (world: World, round: number): Promise<void> => {
  const { connection, spaceId, clock } = world
  const calls = Array.from({ length: CHANGED }, (_, i) => ({
    ...{ type: 'track', userId: knownUser((round * CHANGED + i * 7) % 1_700), messageId: `memory ${round} ${i}` },
    ...{ event: ['Order Completed', 'Product Viewed', 'Email Opened'][i % 3], timestamp: clock.toISOString() },
    properties: { revenue: 100 + i, category: 'music', product_id: `sku ${i}` },
  }))
  await ingestCalls(connection.db, { spaceId, sourceId: 'src' }, calls, { receivedAt: clock, random: (n) => randomBytes(n) })
}

/** Somebody did something, the audiences look at them, and then each is computed in full as in a night. Answers how many evaluations that was. */
const roundOf = async (world: World, round: number): Promise<number> => {
  world.clock = new Date(world.clock.getTime() + 60_000)
  await change(world, round)
  const ticked = await tick(world)
  const { db } = world.connection
  for (const [key] of HUNDRED)
    await runNow(db, 'audience', { spaceId: world.spaceId, by: 'bench', now: world.clock }, `aud_${key}`)
  return ticked + (await fully(world)) + (await tick(world))
}

const held = async (world: World): Promise<Held> => ({ ...heldHere(), connection: await heldByConnection(world) })

const figure = (name: string, ours: number, other: number, goal: number, note: string): Figure => ({
  ...aside(`memory: ${name} after ${ROUNDS} rounds, against after ${WARM}`, ours, 'MB', { other, ratio: ours / other }),
  ...{ goal: `≤ ${goal}×`, met: ours / other <= goal, note },
})

/** Whether a worker, and its connections to the database, hold more after thousands of evaluations than after some. */
export const memory: Bench = {
  name: 'memory',
  what: `a hundred audiences over ${SCALE.profiles.toLocaleString('en')} people, in full and by tick, ${ROUNDS} times over: what is held afterwards`,
  run: async ({ another, say }) => {
    const opened = await another()
    const population = await populate(opened.connection, SCALE)
    const world: World = { ...opened, ...population, clock: population.now }
    for (const [key, condition] of HUNDRED) await addAudience(world.connection, world.spaceId, key, condition, world.clock)
    await fully(world)
    let [evaluations, before] = [0, await held(world)]
    for (let round = 1; round <= ROUNDS; round++) {
      evaluations += await roundOf(world, round)
      if (round === WARM) before = await held(world)
      if (round % WARM !== 0) continue
      const { heap, rss, connection } = await held(world)
      say(
        `  ${evaluations.toLocaleString('en')} evaluations: heap ${heap.toFixed(1)} MB, process ${rss.toFixed(0)} MB, connection ${connection.toFixed(1)} MB; ${load()}`,
      )
    }
    const after = await held(world)
    const note = `${evaluations.toLocaleString('en')} evaluations`
    return [
      figure('objects of the worker', after.heap, before.heap, 1.1, note),
      figure('the worker', after.rss, before.rss, 1.2, note),
      {
        ...aside('memory: its largest connection', after.connection, 'MB', { note }),
        ...{ goal: `≤ ${MOST_OF_A_CONNECTION} MB`, met: after.connection <= MOST_OF_A_CONNECTION },
      },
    ]
  },
}
