import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { progressLine } from '../../src/cli/progress.ts'
import { query, runOne } from '../../src/db/query.ts'
import { freePort } from '../../src/dev/port.ts'
import { eventsOf } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'
import { until } from '../support/wait.ts'

const database = await freshDatabase()
const { db } = database
const api = await testApi(database)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const usher = usherAt(url, api.token)
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'usher-import-calls-'))
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const calls = (count: number, event: string): string =>
  Array.from(
    { length: count },
    (_, n) =>
      `${JSON.stringify({ type: 'track', userId: `u${n % 500}`, event, timestamp: new Date(Date.UTC(2024, 0, 1, 0, 0, n)).toISOString(), properties: { n, filler: 'x'.repeat(400) } })}\n`,
  ).join('')
const stored = async (event: string): Promise<number> =>
  (await eventsOf(db, 'spa_test')).filter(({ name }) => name === event).length
const reached = async (name: string) =>
  (
    await runOne(
      db,
      query('test.*', sql<{ taken: number }>`select taken from import where space_id = 'spa_test' and file_name = ${name}`),
    )
  )?.taken ?? 0

it('usher import calls takes NDJSON and CSV, packed or not, and says what was refused and why', async () => {
  const ndjson = file('orders.ndjson', `${calls(3, 'Ordered')}{"type":"track","userId":"u"}\n`)
  const packed = file(
    'clicks.csv.gz',
    gzipSync('type,userId,event,timestamp\ntrack,ada,Clicked,2024-05-01\ntrack,eve,Clicked,2024-05-02\n'),
  )
  const said = await usher('import', 'calls', ndjson, packed)
  expect(said).toContain('orders.ndjson: COMPLETED, 3 calls taken, 0 there before, 1 refused.')
  expect(said).toContain('line 4: event is missing: name what happened')
  expect(said).toContain('clicks.csv.gz: COMPLETED, 2 calls taken, 0 there before, 0 refused.')
  expect([await stored('Ordered'), await stored('Clicked')]).toEqual([3, 2])
  // The same files change nothing, also under another name, also when gone through once more.
  const renamed = file(
    'same.csv.gz',
    gzipSync('type,userId,event,timestamp\ntrack,ada,Clicked,2024-05-01\ntrack,eve,Clicked,2024-05-02\n'),
  )
  const before = await usher('import', 'calls', renamed, ndjson)
  expect(before).toContain('clicks.csv.gz: COMPLETED, 2 calls taken')
  expect(before).toContain('It came in before, so nothing was sent')
  expect(await usher('import', 'calls', '--again', ndjson)).toContain('0 calls taken, 3 there before, 1 refused')
  expect([await stored('Ordered'), await stored('Clicked')]).toEqual([3, 2])
  const list = await usher('import', 'status')
  expect(list).toMatch(/clicks\.csv\.gz +calls +COMPLETED/)
  expect(await usher('import', 'status', list.match(/imp_\w+(?= +orders)/)?.[0] ?? '')).toContain('line 4: event is missing')
})

it('says what is wrong with a file before anything is sent', async () => {
  await expect(usher('import', 'calls', join(folder, 'none.ndjson'))).rejects.toThrow(/cannot be read/)
  await expect(usher('import', 'calls', file('people.txt', 'x'))).rejects.toThrow(/none of .ndjson/)
  await expect(usher('import', 'calls', file('bad.csv', 'type,user\ntrack,u\n'))).rejects.toThrow(/"user" is no field of a call/)
})

it('says of a packed file that it is not whole, in words', async () => {
  const packed = gzipSync(calls(20, 'Cut'))
  await expect(usher('import', 'calls', file('cut.ndjson.gz', packed.subarray(0, -12)))).rejects.toThrow(
    /cut\.ndjson\.gz.* cannot be unpacked \(unexpected end of file\)/,
  )
  await expect(usher('import', 'calls', file('plain.csv.gz', 'type,userId\n'))).rejects.toThrow(/cannot be unpacked/)
})

const startCli = (path: string, at: string): ChildProcess => {
  const child = spawn(process.execPath, [MAIN, 'import', 'calls', path], {
    env: { ...process.env, USHER_URL: at, USHER_TOKEN: api.token },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atEnd(() => child.kill('SIGKILL'))
  return child
}
const exitOf = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))

it('G13 goes on where it stopped after kill -9 of the command, and the report is that of one passage', {
  timeout: 60_000,
}, async () => {
  const path = file('killed.ndjson', calls(20_000, 'Killed'))
  const first = startCli(path, url)
  const gone = exitOf(first)
  await until('calls of the file to be there', async () => (await reached('killed.ndjson')) > 0)
  first.kill('SIGKILL')
  expect(await gone).toBe('SIGKILL')
  const before = await reached('killed.ndjson')
  expect(before).toBeLessThan(20_000)
  expect(await usher('import', 'calls', path)).toContain(
    'killed.ndjson: COMPLETED, 20,000 calls taken, 0 there before, 0 refused.',
  )
  expect(await stored('Killed')).toBe(20_000)
})

it('G13 goes on by itself after kill -9 of the API, and nothing is taken twice', { timeout: 60_000 }, async () => {
  const port = await freePort()
  const startApi = (crashAt?: string): ChildProcess => {
    const child = spawn(process.execPath, [MAIN, 'api'], {
      env: {
        ...process.env,
        DATABASE_URL: database.url,
        USHER_SECRET: 'a secret of the crash test',
        USHER_LOG: 'silent',
        USHER_PORT: String(port),
        ...(crashAt ? { USHER_CRASH_AT: crashAt } : {}),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    atEnd(() => child.kill('SIGKILL'))
    return child
  }
  const ready = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('message', () => resolve()))
  const path = file('outage.ndjson', calls(12_000, 'Outage'))
  // One dies with one of two transactions done, one with the calls stored and not answered, one with both transactions still open.
  const dying = startApi('ingest.lane_stored')
  await ready(dying)
  const sending = usherAt(`http://127.0.0.1:${port}`, api.token)('import', 'calls', path)
  expect(await exitOf(dying)).toBe('SIGKILL')
  for (const at of ['import.part_stored', 'import.part_kept', 'ingest.before_commit']) {
    const next = startApi(at)
    await ready(next)
    expect(await exitOf(next)).toBe('SIGKILL')
  }
  await ready(startApi())
  expect(await sending).toContain('outage.ndjson: COMPLETED, 12,000 calls taken, 0 there before, 0 refused.')
  expect(await stored('Outage')).toBe(12_000)
})

it('the progress line says how far, how fast and how long', () => {
  const since = { bytes: 100, calls: 10 }
  expect(progressLine({ bytes: 600, calls: 5_010 }, since, 1_100, 2)).toBe(
    `${'▓'.repeat(13)}${'░'.repeat(11)} 54% · 5,010 calls · 2,500 calls/s · 2 s left`,
  )
  expect(progressLine({ bytes: 3 * 1_048_576, calls: 5 }, { bytes: 0, calls: 0 }, undefined, 1)).toBe(
    '3 MB · 5 calls · 5 calls/s',
  )
})
