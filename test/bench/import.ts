import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { must } from '../../src/base/must.ts'
import { ensurePartitions } from '../../src/event/partitions.ts'
import { createSpace, createToken } from '../../src/space/space.ts'
import { aside, type Bench, load, memoryFigure, type Opened, type Place, timed } from './bench.ts'
import { insertEvents, insertRows, type Person, type Rows, rowsOf } from './support/bare-rows.ts'
import { type Call, callOf } from './support/calls.ts'
import { concurrently } from './support/post.ts'
import { type Running, startProcess } from './support/process.ts'

const SPACE = 'spa_bench'
const TOKEN = 'bench'
const EVENTS = 200_000
const PEOPLE = 20_000
/** Calls of one bare statement: as many as one transaction of the import stores. */
const TOGETHER = 2_000
const DAY_MS = 86_400_000
const DAYS = 360

/** The history of a shop: a year of calls of 20,000 people, oldest first. */
const historyOf = (count: number, now: number): readonly Call[] =>
  Array.from({ length: count }, (_, n) => ({
    ...callOf(n, { user: (person) => `user ${person}`, count: PEOPLE, start: now }),
    timestamp: new Date(now - DAYS * DAY_MS + Math.floor((n / count) * DAYS * DAY_MS)).toISOString(),
  }))

const prepare = async ({ connection: { db } }: Opened, calls: readonly Call[]): Promise<void> => {
  const now = new Date()
  await createSpace(db, { id: SPACE, slug: 'bench', name: 'bench' }, now)
  await createToken(db, { spaceId: SPACE, name: 'bench', secret: TOKEN }, now)
  await ensurePartitions(
    db,
    // The last as well: on the first of a month it is alone in its partition.
    calls.filter((_, n) => n % 500 === 0 || n === calls.length - 1).map(({ timestamp }) => Date.parse(timestamp)),
    now,
  )
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

const importFile = async (path: string, api: Running): Promise<number> => {
  const child = spawn(process.execPath, [MAIN, 'import', 'calls', path], {
    env: { ...process.env, USHER_URL: api.url, USHER_TOKEN: TOKEN },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return timed(async () => {
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`the import ended with ${code}`)
  })
}

const storeAll = (rows: readonly Rows[], width: number, store: (rows: Rows) => Promise<void>): Promise<number> =>
  timed(() => concurrently(rows, width, store))

const countIn = async ({ connection }: Opened): Promise<number> => {
  const { rows } = await connection.pool.query<{ n: number }>('select count(*) n from event where space_id = $1', [SPACE])
  return must(rows[0], 'a count').n
}

const chunksOf = (calls: readonly Call[]): readonly (readonly Call[])[] =>
  Array.from({ length: Math.ceil(calls.length / TOGETHER) }, (_, n) => calls.slice(n * TOGETHER, (n + 1) * TOGETHER))

const bareRates = async (place: Place, calls: readonly Call[]) => {
  const people = new Map<string, Person>()
  const rows = chunksOf(calls).map((chunk) => rowsOf(people, chunk))
  const [bare, one, log] = [await place.another(), await place.another(), await place.another()]
  for (const opened of [bare, one, log]) await prepare(opened, calls)
  const rate = (ms: number): number => (calls.length / ms) * 1_000
  return {
    two: rate(await storeAll(rows, 2, (each) => insertRows(bare.connection.pool, SPACE, each))),
    one: rate(await storeAll(rows, 1, (each) => insertRows(one.connection.pool, SPACE, each))),
    events: rate(await storeAll(rows, 2, (each) => insertEvents(log.connection.pool, SPACE, each))),
  }
}

/** A file of calls through `usher import calls` and the API, profiles up to date, against bare inserts of the same rows. */
export const importBench: Bench = {
  name: 'import',
  what: 'a file of a year’s calls by `usher import calls`, profiles up to date, against bare unnest inserts of the same rows',
  run: async (place) => {
    const calls = historyOf(EVENTS, Date.now())
    await prepare(place, calls)
    const folder = mkdtempSync(join(tmpdir(), 'usher-bench-import-'))
    const path = join(folder, 'history.ndjson')
    writeFileSync(path, calls.map((call) => `${JSON.stringify(call)}\n`).join(''))
    const api = await startProcess('api', { DATABASE_URL: place.url })
    const cpu = api.cpuSeconds()
    const ms = await importFile(path, api)
    const used = api.cpuSeconds() - cpu
    const stored = await countIn(place)
    if (stored !== EVENTS) throw new Error(`${stored} of ${EVENTS} calls are there`)
    const again = await importFile(path, api)
    const memory = api.peakMemoryMb()
    await api.stop()
    rmSync(folder, { recursive: true })
    const rate = (EVENTS / ms) * 1_000
    const { two, one, events } = await bareRates(place, calls)
    return [
      {
        name: `import: ${EVENTS.toLocaleString('en')} calls from a file, start of the command to its report`,
        ours: rate,
        other: two,
        unit: 'events/s',
        ratio: rate / two,
        goal: '≥ 30,000 events/s',
        met: rate >= 30_000,
        note: `other: the same rows in the same tables, worked out beforehand, ${TOGETHER} a statement, 2 at a time; ${load()}`,
      },
      aside('import: bare inserts of the same rows, one at a time', one, 'events/s', {
        note: `ours is ${(rate / one).toFixed(2)}× of it`,
      }),
      aside('import: bare inserts of the events alone, 2 at a time', events, 'events/s'),
      aside('import: processor time of the API per 1,000 events', (used / EVENTS) * 1_000_000, 'ms'),
      aside('import: the same file once more, known by its fingerprint', again, 'ms'),
      memoryFigure('import', 'API', memory),
    ]
  },
}
