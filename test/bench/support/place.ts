import { readdirSync, readFileSync } from 'node:fs'
import { sha256 } from '../../../src/base/hash.ts'
import { must } from '../../../src/base/must.ts'
import { connect } from '../../../src/db/connect.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { administrate, type EmbeddedPostgresServer } from '../../../src/dev/postgres.ts'
import { startTemporal } from '../../../src/dev/temporal.ts'
import { findTemporal } from '../../../src/dev/temporal-binary.ts'
import type { Bench, Figure, Opened, Place, Scale } from '../bench.ts'
import { type Population, populate } from './population.ts'
import { SECRET } from './process.ts'

/** What all benchmarks of one run share. */
export type Run = {
  readonly server: EmbeddedPostgresServer
  readonly scale: Scale
  readonly say: (line: string) => void
}
type Stops = (() => Promise<void>)[]

const open = (server: EmbeddedPostgresServer, name: string, stops: Stops): Opened => {
  const connection = connect(server.url(name), { max: 20, application: 'usher bench', secret: SECRET })
  stops.push(connection.close)
  return { url: server.url(name), connection }
}

const fresh = async (server: EmbeddedPostgresServer, name: string, stops: Stops): Promise<Opened> => {
  await administrate(server.url('postgres'), `drop database if exists ${name} with (force)`)
  await administrate(server.url('postgres'), `create database ${name}`)
  const opened = open(server, name, stops)
  await migrate(opened.connection.db)
  return opened
}

const NOTE = 'bench_seed'

const MIGRATIONS = new URL('../../../src/db/migrations/', import.meta.url)

const hashOf = (file: URL): string => sha256(readFileSync(file, 'utf8'))

/** Each migration with the hash of its text. */
const schemaNow = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(MIGRATIONS)
      .toSorted()
      .map((file) => [file, hashOf(new URL(file, MIGRATIONS))]),
  )

const peopleNow = (): string => hashOf(new URL('./population.ts', import.meta.url))

type Note = Omit<Population, 'now'> & {
  readonly now: string
  readonly schema: ReturnType<typeof schemaNow>
  readonly people?: string
}

// A note in the database says that the filling was finished, with what, and by which schema and people. One that has only grown since is brought up to
// date, as an installation would be: migrations that ran are never edited.
const noted = async ({ connection }: Opened): Promise<Population | undefined> => {
  const { rows } = await connection.pool.query<{ there: boolean }>(`select to_regclass('${NOTE}') is not null as there`)
  if (!rows[0]?.there) return undefined
  const { rows: notes } = await connection.pool.query<{ note: Note }>(`select note from ${NOTE}`)
  const { schema, people: made, ...note } = must(notes[0], 'a note').note
  const now = schemaNow()
  if (made !== peopleNow()) return undefined
  if (Object.entries(schema).some(([file, hash]) => now[file] !== hash)) return undefined
  await migrate(connection.db)
  await connection.pool.query(`update ${NOTE} set note = note || $1::jsonb`, [JSON.stringify({ schema: now })])
  return { ...note, now: new Date(note.now) }
}

const seeded = async ({ server, say }: Run, scale: Scale, stops: Stops): Promise<Opened & Population> => {
  const name = `seeded_${scale.profiles}_${scale.events}`
  const there = open(server, name, stops)
  const before = await noted(there).catch(() => undefined)
  if (before) return { ...there, ...before }
  const place = await fresh(server, name, stops)
  const started = Date.now()
  const made = await populate(place.connection, scale)
  await place.connection.pool.query(`create table ${NOTE} as select $1::jsonb as note`, [
    JSON.stringify({ ...made, schema: schemaNow(), people: peopleNow() }),
  ])
  await place.connection.pool.query('checkpoint')
  say(
    `  filled ${scale.profiles.toLocaleString('en')} profiles and ${scale.events.toLocaleString('en')} events in ${Math.round((Date.now() - started) / 1000)} s`,
  )
  return { ...place, ...made }
}

const temporal = async (stops: Stops): Promise<string> => {
  const binary = must(
    findTemporal(process.env['TEMPORAL_CLI_PATH'], process.env['PATH'] ?? ''),
    'a Temporal CLI: run `npm test` or `npm start` once',
  )
  const started = await startTemporal(binary.path)
  stops.push(started.stop)
  return started.address
}

/** Runs one benchmark in a fresh database, and ends whatever it started. */
export const runBench = async (bench: Bench, run: Run): Promise<readonly Figure[]> => {
  const stops: Stops = []
  const name = `bench_${bench.name.replaceAll('-', '_')}`
  let extra = 0
  try {
    const place: Place = {
      scale: run.scale,
      ...(await fresh(run.server, name, stops)),
      another: () => fresh(run.server, `${name}_${++extra}`, stops),
      seeded: (scale) => seeded(run, scale, stops),
      temporal: () => temporal(stops),
      say: run.say,
    }
    return await bench.run(place)
  } finally {
    for (const stop of stops.toReversed()) await stop().catch(() => {})
  }
}
