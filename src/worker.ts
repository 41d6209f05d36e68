import { fileURLToPath } from 'node:url'
import { Client, Connection as ClientConnection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import type { Logger } from 'pino'
import { type Loop, loop } from './base/loop.ts'
import type { Config } from './config.ts'
import { type Connection, connect } from './db/connect.ts'
import { createNotifier, listen, type Topic } from './db/notify.ts'
import { relayOnce } from './db/relay.ts'
import { reactionsOf } from './reactions.ts'

/** What activities, reactions and loops of the worker get. */
export type WorkerContext = {
  readonly config: Config
  readonly db: Connection['db']
  readonly temporal: Client
  readonly now: () => Date
  readonly notify: (topic: Topic) => void
  readonly log: Logger
}

export type RunningWorker = { readonly stop: () => Promise<void> }

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url))

/** Activities by room: one line each. Names are what workflows call. */
const activitiesOf = (_context: WorkerContext) => ({})

/** Loops beside Temporal: LISTEN wakes them, and each looks by itself now and then, because a notification may be missed. */
const startLoops = (context: WorkerContext): Readonly<Partial<Record<Topic, Loop>>> => {
  const failed = (what: string) => (error: unknown) => context.log.error({ err: error }, `${what} failed; it goes on by itself`)
  const reactions = reactionsOf(context)
  return {
    outbox: loop(
      1_000,
      async () => (await relayOnce(context.db, reactions, context.now())).some((told) => told.count > 0 && !told.error),
      failed('the relay'),
    ),
  }
}

/** Starts a worker: Temporal activities and workflows, the outbox relay, and the loops. Any number may run beside each other. */
export const startWorker = async (
  config: Config & { databaseUrl: string; temporalAddress: string },
  log: Logger,
): Promise<RunningWorker> => {
  const { db, pool, close } = connect(config.databaseUrl, { max: 20, application: 'usher worker' })
  const notifier = createNotifier(pool)
  const connection = await ClientConnection.connect({ address: config.temporalAddress, connectTimeout: '30s' })
  const temporal = new Client({ connection, namespace: config.temporalNamespace })
  const context: WorkerContext = { config, db, temporal, now: () => new Date(), notify: notifier.notify, log }
  const native = await NativeConnection.connect({ address: config.temporalAddress })
  const worker = await Worker.create({
    connection: native,
    namespace: config.temporalNamespace,
    taskQueue: config.taskQueue,
    workflowsPath: WORKFLOWS,
    activities: activitiesOf(context),
    shutdownGraceTime: '2s',
  })
  const running = worker.run()
  const loops = startLoops(context)
  const ear = listen(config.databaseUrl, (topic) => loops[topic]?.wake())
  return {
    stop: async () => {
      await ear.close()
      await Promise.all(Object.values(loops).map((each) => each.stop()))
      worker.shutdown()
      await running
      await native.close()
      await connection.close()
      notifier.close()
      await close()
    },
  }
}
