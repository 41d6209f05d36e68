import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { Misconfigured } from '../base/errors.ts'
import type { Config } from '../config.ts'
import { query, runOne } from '../db/query.ts'
import { chooseHome, type Home, leaveHome, openHome, readSecrets, type Secrets, takeHome, writeSession } from './home.ts'
import { endLeftovers, forget } from './leftovers.ts'
import { DEV_HELP, type DevOptions, parseDevOptions } from './options.ts'
import { startFeed } from './sample/shop.ts'
import { addressLines, createScreen, screenLines, summaryLine, summaryLines } from './screen.ts'
import { type Started, startAll } from './start.ts'
import { createStops, type Stops } from './stops.ts'
import { readSummary, type Summary } from './summary.ts'

const STOPS_WITHIN_MS = 4_800
const EVERY_TTY_MS = 1_000
const EVERY_LOG_MS = 10_000
const BEFORE_MS = 10_000

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const firstSpace = async ({ connection, spaceId }: Started): Promise<string | undefined> => {
  if (spaceId) return spaceId
  const row = await runOne(
    connection.db,
    query('dev.first_space', sql<{ id: string }>`select id from space order by created_at, id limit 1`),
  )
  return row?.id
}

const peopleSoFar = async ({ connection }: Started, spaceId: string): Promise<number> => {
  const row = await runOne(
    connection.db,
    query(
      'dev.people',
      sql<{ count: number }>`select count(*) as count from profile_identifier
        where space_id = ${spaceId} and collection = 'users' and type = 'user_id'`,
    ),
  )
  return row?.count ?? 0
}

type Watching = {
  readonly started: Started
  readonly options: DevOptions
  readonly notes: readonly string[]
  readonly stopping: AbortSignal
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal }).catch(() => {})

const EMPTY: Summary = { events: 0, profiles: 0, audiences: [], journeys: [], messages: {}, channels: {} }

const lookOf = (started: Started): (() => Promise<Summary>) => {
  let last = EMPTY
  return async () => {
    try {
      const spaceId = await firstSpace(started)
      last = spaceId ? await readSummary(started.connection.db, spaceId) : EMPTY
    } catch {
      // The database is away for a moment: the last look stands.
    }
    return last
  }
}

/** Shows what is going on until it is time to stop; answers the last look. */
const watch = async ({ started, options, notes, stopping }: Watching): Promise<Summary> => {
  const look = lookOf(started)
  const beginning = Date.now()
  const tty = process.stdout.isTTY === true
  const draw = createScreen(process.stdout)
  const ends = options.forMs === undefined ? 'Ctrl-C stops it' : `stops by itself after ${options.forMs / 1_000} s`
  const history: { at: number; summary: Summary }[] = []
  if (!tty) say(['', ...addressLines(started.addresses), ''].join('\n'))
  const end = options.forMs === undefined ? Number.POSITIVE_INFINITY : beginning + options.forMs
  while (!stopping.aborted && Date.now() < end) {
    const asked = Date.now()
    const summary = await look()
    const at = Date.now()
    history.push({ at, summary })
    while ((history[1]?.at ?? at) <= at - BEFORE_MS) history.shift()
    if (tty)
      draw(
        screenLines(summary, history[0]?.summary, started.addresses, { runningMs: at - beginning, notes: notes.slice(-5), ends }),
      )
    else say(summaryLine(summary, at - beginning))
    const tired = 5 * (Date.now() - asked)
    await pause(Math.min(Math.max(tired, tty ? EVERY_TTY_MS : EVERY_LOG_MS), Math.max(0, end - Date.now())), stopping)
  }
  return await look()
}

const begin = async (
  config: Config,
  home: Home,
  secrets: Secrets,
  stops: Stops,
  stopping: AbortSignal,
  notes: string[],
): Promise<Started> => {
  const note = (text: string): void => void notes.push(text)
  const started = await startAll({ config, home, secrets, stops, stopping, note, died: note })
  if (started.spaceId) writeSession(home, { pid: process.pid, url: started.url, token: secrets.token, spaceId: started.spaceId })
  return started
}

const startTraffic = async (started: Started, secrets: Secrets, stops: Stops): Promise<void> => {
  if (!started.spaceId) return
  const known = await peopleSoFar(started, started.spaceId)
  const feed = startFeed({ url: started.url, writeKey: secrets.writeKey, known, random: Math.random, now: Date.now })
  stops.add('the shop feed', feed.stop)
}

const onSignals = (stop: () => void, giveUp: () => void): void => {
  let asked = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      asked += 1
      // A second Ctrl-C means now.
      if (asked > 1) return giveUp()
      setTimeout(giveUp, STOPS_WITHIN_MS).unref()
      stop()
    })
}

const endWith = (summary: Summary, options: DevOptions): number => {
  if (options.forMs === undefined) return 0
  say(['', 'After the run:', '', ...summaryLines(summary, undefined), ''].join('\n'))
  if ((summary.messages['sent'] ?? 0) > 0) return 0
  say('No message was delivered, so this run counts as failed. The logs are in the folder `logs` beside the data.')
  return 1
}

const refuseHalf = (config: Config): void => {
  if (config.databaseUrl && !config.temporalAddress)
    throw new Misconfigured(
      'dev',
      'DATABASE_URL is set and TEMPORAL_ADDRESS is not: set both for an installation, or none to have both started here.',
    )
}

/** Runs everything on this machine until Ctrl-C or `--for` is over, and stops it in order. */
export const runDev = async (config: Config, words: readonly string[]): Promise<void> => {
  const options = parseDevOptions(words)
  if (options === 'help') return say(DEV_HELP)
  refuseHalf(config)
  const home = chooseHome(config.home)
  openHome(home)
  takeHome(home)
  await endLeftovers(home)
  if (options.fresh) forget(home)
  const stops = createStops()
  const stopper = new AbortController()
  onSignals(
    () => stopper.abort(),
    () => {
      stops.killAll()
      leaveHome(home)
      process.exit(130)
    },
  )
  const notes: string[] = home.note ? [home.note] : []
  let code = 0
  try {
    const secrets = readSecrets(home)
    const started = await begin(config, home, secrets, stops, stopper.signal, notes)
    for (const text of notes) say(`  ! ${text}`)
    if (options.traffic) await startTraffic(started, secrets, stops)
    code = endWith(await watch({ started, options, notes, stopping: stopper.signal }), options)
  } catch (error) {
    if (!stopper.signal.aborted) throw error
    code = 130
  } finally {
    say('Stopping …')
    for (const failure of await stops.all()) say(`  ! ${failure}`)
    leaveHome(home)
  }
  say('Stopped.')
  process.exit(code)
}
