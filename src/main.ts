#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import type { Logger } from 'pino'
import { drawChance } from './base/chance.ts'
import { setCrashPoint } from './base/crash-point.ts'
import { Invalid, Misconfigured, problemLines, Refused, Unavailable } from './base/errors.ts'
import { type Config, readConfig } from './config.ts'

/*
 * One command starts one thing, and only what that one needs is loaded: `usher audience list` does not wait for Temporal's native code. What
 * was compiled once is kept in the folder for temporary files: a worker is loaded in 0.65 s where it took 0.95, and is 20 MB smaller.
 */
enableCompileCache()

const needed = (value: string | undefined, name: string, example: string): string => {
  if (value) return value
  throw new Misconfigured(
    'config',
    `${name} is missing. Set it, for example ${name}=${example}; or run \`npm start\`, which brings its own.`,
  )
}
const databaseOf = (config: Config): string =>
  needed(config.databaseUrl, 'DATABASE_URL', 'postgresql://usher:password@db.example.com:5432/usher')
const temporalOf = (config: Config): string => needed(config.temporalAddress, 'TEMPORAL_ADDRESS', 'temporal.example.com:7233')

const loggerOf = async (config: Config, name: string): Promise<Logger> =>
  (await import('pino')).pino({ name, level: config.logLevel })

// Docker kills after ten seconds, and what is cut off while a provider answers is uncertain. `npm start` is less patient, for whoever pressed Ctrl-C.
const STOPS_WITHIN_MS = 9_000

/** Stops in order at a signal, or when the `npm start` that started us is gone. */
const stopInOrder = async (log: Logger, stop: () => Promise<void>): Promise<void> => {
  const { default: closeWithGrace } = await import('close-with-grace')
  const grace = closeWithGrace({ delay: STOPS_WITHIN_MS, logger: log }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'stopping: something broke that nothing caught')
    else log.info(`stopping${signal ? ` on ${signal}` : ''}`)
    await stop()
  })
  process.once('disconnect', () => grace.close())
}

/** Tells the `npm start` that started us, if one did. */
const ready = (log: Logger, what: string): void => {
  log.info(what)
  process.send?.('ready')
}

// By default what is dead in the old generation is looked for when it has grown twofold or more: while 16 senders sent it bodies of half a
// megabyte, the API held 616 MB; so it holds 447.
const OLD_GENERATION = '--heap-growing-percent=50'

const api = async (settings: Config): Promise<void> => {
  setFlagsFromString(OLD_GENERATION)
  // Spread, so that a missing secret is said now and not at the first link.
  const config = { ...settings }
  const url = databaseOf(config)
  const log = await loggerOf(config, 'api')
  const { connect } = await import('./db/connect.ts')
  const { createNotifier } = await import('./db/notify.ts')
  const { createServer } = await import('./api/server.ts')
  const { keyHashes } = await import('./regulation/rekey.ts')
  const { serveWeb } = await import('./api/web.ts')
  const { db, pool, close } = connect(url, {
    max: 20,
    application: 'usher api',
    secret: config.secret,
    functionHosts: config.functionHosts,
  })
  await keyHashes(db)
  const notifier = createNotifier(pool)
  const server = await createServer({ db, config, now: () => new Date(), random: drawChance(), notify: notifier.notify })
  await serveWeb(server)
  const address = await server.listen({ host: config.host, port: config.port })
  ready(log, `the API answers at ${address}`)
  await stopInOrder(log, async () => {
    // Live streams never end by themselves: they get a moment to finish what they say.
    const cut = setTimeout(() => server.server.closeAllConnections(), 1_000)
    await server.close()
    clearTimeout(cut)
    notifier.close()
    await close()
  })
}

const worker = async (config: Config): Promise<void> => {
  const reachable = { ...config, databaseUrl: databaseOf(config), temporalAddress: temporalOf(config) }
  const log = await loggerOf(config, 'worker')
  const { keepWorking } = await import('./worker/keep-working.ts')
  await stopInOrder(
    log,
    keepWorking(reachable, log, () => ready(log, 'the worker works')),
  )
}

const migrate = async (config: Config): Promise<void> => {
  const { connect } = await import('./db/connect.ts')
  const { db, close } = connect(databaseOf(config), { max: 1, application: 'usher migrate' })
  try {
    const done = await (await import('./db/migrate.ts')).migrate(db)
    for (const name of done) process.stdout.write(`${name}\n`)
    process.stdout.write(done.length === 0 ? 'The schema is up to date.\n' : `${done.length} migrations done.\n`)
  } finally {
    await close()
  }
}

const dev = async (config: Config, words: readonly string[]): Promise<void> =>
  (await import('./dev/dev.ts')).runDev(config, words)

const PARTS: Readonly<Record<string, (config: Config, words: readonly string[]) => Promise<void>>> = { dev, api, worker, migrate }

const PARTS_HELP = `
Parts:
  dev                everything on this machine with a sample space: what \`npm start\` runs
  api                the HTTP API and the app (DATABASE_URL)
  worker             evaluations, journeys and sends (DATABASE_URL, TEMPORAL_ADDRESS)
  migrate            brings the schema up to date (DATABASE_URL)
`

const cli = async (config: Config, words: readonly string[]): Promise<void> => {
  const { createProgram } = await import('./cli/program.ts')
  const program = createProgram(config, (text) => process.stdout.write(text)).addHelpText('after', PARTS_HELP)
  if (words.length === 0) program.help()
  await program.parseAsync([...words], { from: 'user' })
}

const explained = (error: unknown): string => {
  if (error instanceof Invalid) return problemLines(error.problems).join('\n')
  const expected = [Misconfigured, Unavailable, Refused, Invalid].some((kind) => error instanceof kind)
  if (error instanceof Error) return expected ? error.message : (error.stack ?? error.message)
  return String(error)
}

const main = async ([word, ...words]: readonly string[]): Promise<void> => {
  const config = readConfig()
  setCrashPoint(config.crashAt)
  const part = word === undefined ? undefined : PARTS[word]
  if (part) await part(config, words)
  else await cli(config, word === undefined ? [] : [word, ...words])
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${explained(error)}\n`)
  process.exit(1)
})
