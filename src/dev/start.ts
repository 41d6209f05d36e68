import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Listr, type ListrTask, PRESET_TIMER } from 'listr2'
import { must } from '../base/must.ts'
import type { Config } from '../config.ts'
import { type Connection, connect } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'
import { type Home, logFile, PROJECT, type Secrets } from './home.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'
import { freePort } from './port.ts'
import { ensureDatabase, startPostgres } from './postgres.ts'
import { fillSampleSpace, SAMPLE_SPACE } from './sample/space.ts'
import type { Address } from './screen.ts'
import type { Stops } from './stops.ts'
import { type Part, supervise } from './supervise.ts'
import { startTemporal } from './temporal.ts'
import { obtainTemporal, type TemporalBinary } from './temporal-binary.ts'

export type StartInput = {
  readonly config: Config
  readonly home: Home
  readonly secrets: Secrets
  readonly stops: Stops
  readonly stopping: AbortSignal
  readonly note: (text: string) => void
  readonly died: (text: string) => void
}

/** What a start ends with. `spaceId` is undefined when the database is not ours: then nothing made up is put in it. */
export type Started = {
  readonly connection: Connection
  readonly url: string
  readonly spaceId: string | undefined
  readonly addresses: readonly Address[]
}

/** What the steps find out for those after them. */
type Found = {
  binary?: TemporalBinary
  databaseUrl?: string
  temporalAddress?: string
  temporalUi?: string
  mailbox?: Mailbox
  connection?: Connection
  url?: string
  app?: Promise<string>
  worker?: Promise<void>
}

type Tell = (text: string) => void
type StepOf = (input: StartInput, found: Found, tell: Tell) => Promise<string>

const DATABASE = 'usher'

const wantedPort = async (what: string, wanted: number, { note }: StartInput): Promise<number> => {
  const port = await freePort(wanted)
  if (wanted !== 0 && port !== wanted) note(`Port ${wanted} is taken: ${what} is at ${port}.`)
  return port
}

const findsTemporal: StepOf = async ({ config }, found, tell) => {
  found.binary = await obtainTemporal({ cliPath: config.temporalCliPath, path: config.path }, tell)
  return `Temporal CLI from ${found.binary.from}: ${found.binary.path}`
}

const startsPostgres: StepOf = async (input, found) => {
  const server = await startPostgres(input.home.folder, { port: await wantedPort('Postgres', 54_320, input) })
  input.stops.add('Postgres', server.stop, server.kill)
  await ensureDatabase(server, DATABASE)
  found.databaseUrl = server.url(DATABASE)
  return `Postgres 18 at port ${server.port}, data in ${join(input.home.folder, 'postgres')}`
}

const startsTemporal: StepOf = async (input, found) => {
  const { path } = must(found.binary, 'the Temporal CLI, found by an earlier step')
  const port = await wantedPort('Temporal', 7_233, input)
  const server = await startTemporal(path, { file: join(input.home.folder, 'temporal.db'), port, ui: true })
  input.stops.add('Temporal', server.stop, server.kill)
  found.temporalAddress = server.address
  found.temporalUi = `http://127.0.0.1:${server.uiPort}`
  return `Temporal at port ${port}`
}

// The same as the API and the worker have: what one of them seals the others open.
const secretOf = ({ config, secrets }: StartInput): string => (config.databaseUrl ? config.secret : secrets.secret)

const migrates: StepOf = async (input, found) => {
  const { stops } = input
  const connection = connect(must(found.databaseUrl, 'the database, started by an earlier step'), {
    max: 3,
    application: 'usher dev',
    secret: secretOf(input),
  })
  stops.add('the connection', connection.close)
  found.connection = connection
  const done = await migrate(connection.db)
  return done.length > 0 ? `Schema: ${done.length} migrations` : 'Schema is up to date'
}

/** Where the app will be: chosen before it starts, because the mailbox reports deliveries there. */
const urlOf = async (input: StartInput, found: Found): Promise<string> => {
  found.url ??= `http://${input.config.host}:${await wantedPort('the app', input.config.port, input)}`
  return found.url
}

const startsMailbox: StepOf = async (input, found) => {
  const httpPort = await wantedPort('the mailbox', 4_025, input)
  const smtpPort = await wantedPort("the mailbox's SMTP", 2_525, input)
  found.mailbox = await startMailbox({ host: '127.0.0.1', httpPort, smtpPort, webhook: await urlOf(input, found) })
  input.stops.add('the mailbox', found.mailbox.stop)
  return `Mailbox at port ${httpPort}: everything that is sent ends there`
}

/** Begins to build the app, if it must be: it goes on while the services start. Answers in words how it ended. */
const buildApp = async ({ note, stopping }: StartInput): Promise<string> => {
  try {
    const script = join(PROJECT, 'src', 'dev', 'build-web.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: PROJECT, signal: stopping })
    return stdout.endsWith('built') ? 'App built' : 'App is built'
  } catch (error) {
    if (!stopping.aborted)
      note(
        `The app could not be built, the API works: ${
          String((error as { stderr?: string }).stderr)
            .trim()
            .split('\n')[0]
        }`,
      )
    return 'App not built'
  }
}

const buildsWeb: StepOf = async (input, found) => found.app ?? buildApp(input)

const environmentOf = ({ config, secrets }: StartInput, found: Found, port: string): Record<string, string> => ({
  DATABASE_URL: must(found.databaseUrl, 'the database'),
  TEMPORAL_ADDRESS: must(found.temporalAddress, 'Temporal'),
  USHER_PORT: port,
  ...(config.databaseUrl ? {} : { USHER_SECRET: secrets.secret, USHER_DEV_TOKEN: secrets.token }),
  ...(found.mailbox ? { USHER_MAILBOX_URL: found.mailbox.httpUrl } : {}),
})

const startPart = async (name: 'api' | 'worker', input: StartInput, found: Found): Promise<Part> => {
  const environment = environmentOf(input, found, new URL(await urlOf(input, found)).port)
  return supervise({ name, environment, log: logFile(input.home, name), died: input.died })
}

// Both at once, because each takes a second or more to load; and both stop at once, because each waits for what it has under way.
const startsApi: StepOf = async (input, found) => {
  const parts: Part[] = []
  input.stops.add(
    'API and worker',
    async () => void (await Promise.all(parts.map((part) => part.stop()))),
    () => {
      for (const part of parts) part.kill()
    },
  )
  const keep = (part: Part): void => void parts.push(part)
  found.worker = startPart('worker', input, found).then(keep)
  // Reported by the step that waits for it.
  found.worker.catch(() => {})
  keep(await startPart('api', input, found))
  return `API at ${found.url}`
}

const startsWorker: StepOf = async (_input, found) => {
  await found.worker
  return 'Worker'
}

const fillsSample: StepOf = async ({ secrets, stopping, note }, found, tell) => {
  const { db } = must(found.connection, 'the connection, opened by an earlier step')
  const input = {
    db,
    url: must(found.url, 'the API'),
    mailbox: must(found.mailbox, 'the mailbox'),
    now: new Date(),
    stopping,
    tell,
  }
  try {
    return await fillSampleSpace({ ...input, token: secrets.token, writeKey: secrets.writeKey })
  } catch (error) {
    stopping.throwIfAborted()
    note(`The sample space is not complete; the next start goes on with it. ${(error as Error).message}`)
    return 'Sample space: not complete'
  }
}

const stepsFor = (config: Config): readonly (readonly [string, StepOf])[] => {
  const ownData = config.databaseUrl === undefined
  const ownTemporal = config.temporalAddress === undefined
  return [
    ...(ownTemporal ? [['Finding Temporal', findsTemporal] as const] : []),
    ...(ownData ? [['Postgres', startsPostgres] as const] : []),
    ...(ownTemporal ? [['Temporal', startsTemporal] as const] : []),
    ['Schema', migrates],
    ...(ownData ? [['Mailbox', startsMailbox] as const] : []),
    ['App', buildsWeb],
    ['API', startsApi],
    ['Worker', startsWorker],
    ...(ownData ? [['Sample space', fillsSample] as const] : []),
  ]
}

const asTask = (input: StartInput, title: string, step: StepOf): ListrTask<Found> => ({
  title,
  task: async (found, task) => {
    input.stopping.throwIfAborted()
    task.title = await step(input, found, (text) => {
      task.title = `${title}: ${text}`
    })
  },
})

/** Starts everything that is not there yet, showing one list of what is done. @throws what the first step that failed threw. */
export const startAll = async (input: StartInput): Promise<Started> => {
  const { config } = input
  const found: Found = {
    app: buildApp(input),
    ...(config.databaseUrl ? { databaseUrl: config.databaseUrl } : {}),
    ...(config.temporalAddress ? { temporalAddress: config.temporalAddress } : {}),
  }
  const tasks = stepsFor(config).map(([title, step]) => asTask(input, title, step))
  await new Listr<Found>(tasks, {
    concurrent: false,
    registerSignalListeners: false,
    rendererOptions: { showErrorMessage: false, collapseErrors: false, timer: PRESET_TIMER },
    fallbackRenderer: 'simple',
    fallbackRendererOptions: { timer: PRESET_TIMER },
  }).run(found)
  const url = must(found.url, 'the API')
  return {
    connection: must(found.connection, 'the connection'),
    url,
    spaceId: config.databaseUrl ? undefined : SAMPLE_SPACE,
    addresses: [
      { name: 'App', url },
      { name: 'API reference', url: `${url}/reference` },
      ...(found.mailbox ? [{ name: 'Mailbox', url: found.mailbox.httpUrl }] : []),
      ...(found.temporalUi ? [{ name: 'Temporal UI', url: found.temporalUi }] : []),
    ],
  }
}
