import { randomBytes, randomUUID } from 'node:crypto'
import { Client, Connection as ClientConnection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import type { Logger } from 'pino'
import { evaluationActivities } from './audience/activities.ts'
import { exportLoop } from './audience/export/make.ts'
import { evaluationLoop } from './audience/loop.ts'
import { ensureEvaluationSchedules } from './audience/schedule.ts'
import { type Loop, loop } from './base/loop.ts'
import type { Config } from './config.ts'
import { type Connection, connect } from './db/connect.ts'
import { createNotifier, listen, type Topic } from './db/notify.ts'
import { relayOnce } from './db/relay.ts'
import { learnStatistics } from './db/statistics.ts'
import { cohortActivities } from './journey/activities.ts'
import { deliveryActivities, startDeliveryOn } from './message/activities.ts'
import { createDelivery, type Delivery } from './message/delivery.ts'
import type { DeliveryContext } from './message/drain.ts'
import { reactionsOf } from './reactions.ts'
import { type SqlTraitContext, sqlTraitLoop } from './sql-trait/loop.ts'
import { workflowBundle } from './worker/bundle.ts'
import { createFailing } from './worker/failing.ts'

/** What activities, reactions and loops of the worker get. */
export type WorkerContext = {
  readonly config: Config
  readonly db: Connection['db']
  readonly temporal: Client
  readonly now: () => Date
  readonly notify: (topic: Topic) => void
  readonly log: Logger
}

/** `ended` settles when the Temporal worker ends by itself: it is then stopped and started anew. */
export type RunningWorker = { readonly ended: Promise<void>; readonly stop: () => Promise<void> }
export type WorkerConfig = Config & { readonly databaseUrl: string; readonly temporalAddress: string }

const deliveryContextOf = ({ db, now, config }: WorkerContext): DeliveryContext => ({
  db,
  now,
  newClaim: () => randomUUID(),
  publicUrl: config.publicUrl,
  secret: config.secret,
  lease: '30 seconds',
})

const sqlTraitContextOf = ({ db, now, notify, config }: WorkerContext): SqlTraitContext => ({
  db,
  now,
  random: (bytes) => randomBytes(bytes),
  newClaim: () => randomUUID(),
  reach: { secret: config.secret, hosts: config.warehouseHosts },
  told: () => {
    notify('profile_change')
    notify('outbox')
  },
})

/** Activities by room: one line each. Names are what workflows call. */
const activitiesOf = (context: WorkerContext, delivery: Delivery) => ({
  ...evaluationActivities(context),
  ...cohortActivities(context),
  ...deliveryActivities(delivery),
})

/** Loops beside Temporal: LISTEN wakes them, and each looks by itself now and then, because a notification may be missed. */
const startLoops = (
  context: WorkerContext,
  delivery: Delivery,
): Readonly<Record<Topic | 'statistics' | 'sql_trait' | 'export', Loop>> => {
  const failed = createFailing(context.log, () => context.now().getTime())
  const reactions = reactionsOf(context)
  return {
    profile_change: evaluationLoop(context, failed),
    outbox: loop(
      1_000,
      async () => (await relayOnce(context.db, reactions, context.now())).some((told) => told.count > 0 && !told.error),
      failed('the relay'),
    ),
    message: loop(1_000, () => delivery.wake().then(() => false), failed('waking deliveries')),
    sql_trait: sqlTraitLoop(sqlTraitContextOf(context), failed('running SQL traits')),
    export: exportLoop({ db: context.db, now: context.now, newClaim: () => randomUUID() }, failed('exporting')),
    statistics: loop(1_000, () => learnStatistics(context.db).then(() => false), failed('looking at grown tables')),
  }
}

/** Starts a worker: Temporal activities and workflows, the outbox relay, and the loops. Any number may run beside each other. */
export const startWorker = async (config: WorkerConfig, log: Logger): Promise<RunningWorker> => {
  const { db, pool, close } = connect(config.databaseUrl, { max: 20, application: 'usher worker' })
  const notifier = createNotifier(pool)
  const connection = await ClientConnection.connect({ address: config.temporalAddress, connectTimeout: '30s' })
  const temporal = new Client({ connection, namespace: config.temporalNamespace })
  const context: WorkerContext = { config, db, temporal, now: () => new Date(), notify: notifier.notify, log }
  const delivery = createDelivery(deliveryContextOf(context), startDeliveryOn(temporal, config.taskQueue))
  const native = await NativeConnection.connect({ address: config.temporalAddress })
  const worker = await Worker.create({
    connection: native,
    namespace: config.temporalNamespace,
    taskQueue: config.taskQueue,
    workflowBundle: await workflowBundle(),
    activities: activitiesOf(context, delivery),
    shutdownGraceTime: '2s',
    // After a worker was killed, its workflows wait this long for it before another takes them over.
    stickyQueueScheduleToStartTimeout: '1s',
  })
  await ensureEvaluationSchedules(temporal, config.taskQueue, config.evaluateEvery)
  const running = worker.run()
  const loops = startLoops(context, delivery)
  const ear = listen(config.databaseUrl, (topic) => loops[topic]?.wake())
  return {
    ended: running,
    stop: async () => {
      await ear.close()
      await Promise.all(Object.values(loops).map((each) => each.stop()))
      if (worker.getState() === 'RUNNING') worker.shutdown()
      await running.catch(() => {})
      delivery.close()
      await native.close()
      await connection.close()
      notifier.close()
      await close()
    },
  }
}
