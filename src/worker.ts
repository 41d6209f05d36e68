import { randomBytes, randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { Client, Connection as ClientConnection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import type { Logger } from 'pino'
import { alertActivities } from './alert/activities.ts'
import { alertLoop } from './alert/watch.ts'
import { evaluationActivities } from './audience/activities.ts'
import { exportLoop } from './audience/export/make.ts'
import { evaluationLoop } from './audience/loop.ts'
import { previewLoop } from './audience/preview/make.ts'
import { ensureEvaluationSchedules } from './audience/schedule.ts'
import { drawChance } from './base/chance.ts'
import { type Loop, loop } from './base/loop.ts'
import type { Config } from './config.ts'
import { type Connection, connect } from './db/connect.ts'
import { createNotifier, listen, type Topic } from './db/notify.ts'
import { type Reactions, relayOnce } from './db/relay.ts'
import { learnStatistics } from './db/statistics.ts'
import { deliveriesLoop } from './destination/loop.ts'
import { importLoop } from './ingest/import/make.ts'
import { sendingLoop } from './ingest/replay/destination/make.ts'
import { replayLoop } from './ingest/replay/make.ts'
import { cohortActivities } from './journey/activities.ts'
import { deliveryActivities, startDeliveryOn } from './message/activities.ts'
import { createDelivery, type Delivery } from './message/delivery.ts'
import type { DeliveryContext } from './message/drain.ts'
import { reactionsOf } from './reactions.ts'
import { keyHashes } from './regulation/rekey.ts'
import { eraseLoop } from './regulation/work.ts'
import { type SqlTraitContext, sqlTraitLoop } from './sql-trait/loop.ts'
import { leaveDestinations } from './sync/leave.ts'
import { listLoop, syncLoop } from './sync/loop.ts'
import { workflowBundle } from './worker/bundle.ts'
import { createFailing } from './worker/failing.ts'
import { forgettingActivities } from './worker/forget.ts'
import { sealStored } from './worker/seal-stored.ts'

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
  ...forgettingActivities(context),
  ...alertActivities(context),
})

// Between two looks: at 500 events a second each look then finds some fifty and not some ten, and what a look costs is shared by them.
const RESTS_MS = 50

// What an event lets in becomes a cohort, which is told by the outbox, too: so at once, and not after the rest.
const relayTwice = async ({ db, now }: WorkerContext, reactions: Reactions): Promise<boolean> => {
  const told = (await relayOnce(db, reactions, now())).some(({ count, error }) => count > 0 && !error)
  return told && (await relayOnce(db, reactions, now())).some(({ count, error }) => count > 0 && !error)
}

/** Loops beside Temporal: LISTEN wakes them, and each looks by itself now and then, because a notification may be missed. */
const startLoops = (
  context: WorkerContext,
  delivery: Delivery,
): Readonly<
  Record<
    | Topic
    | 'statistics'
    | 'sql_trait'
    | 'export'
    | 'import'
    | 'replay'
    | 'sending'
    | 'preview'
    | 'erase'
    | 'alert'
    | 'sync'
    | 'list',
    Loop
  >
> => {
  const failed = createFailing(context.log, () => context.now().getTime())
  const reactions = reactionsOf(context)
  return {
    profile_change: evaluationLoop(context, failed),
    outbox: loop(1_000, () => relayTwice(context, reactions), failed('the relay'), RESTS_MS),
    message: loop(1_000, () => delivery.wake().then(() => false), failed('waking deliveries'), RESTS_MS),
    event_delivery: deliveriesLoop(
      {
        db: context.db,
        now: context.now,
        newClaim: () => randomUUID(),
        random: () => Math.random(),
        hosts: context.config.destinationHosts,
      },
      failed('delivering to destinations'),
    ),
    sql_trait: sqlTraitLoop(sqlTraitContextOf(context), failed('running SQL traits')),
    export: exportLoop({ db: context.db, now: context.now, newClaim: () => randomUUID() }, failed('exporting')),
    import: importLoop(
      {
        db: context.db,
        now: context.now,
        newClaim: () => randomUUID(),
        random: drawChance(),
        told: () => context.notify('profile_change'),
      },
      failed('importing'),
    ),
    replay: replayLoop(
      {
        db: context.db,
        now: context.now,
        newClaim: () => randomUUID(),
        random: drawChance(),
        told: () => context.notify('profile_change'),
      },
      failed('replaying'),
    ),
    sending: sendingLoop(
      {
        db: context.db,
        now: context.now,
        newClaim: () => randomUUID(),
        told: () => context.notify('event_delivery'),
      },
      failed('replaying to destinations'),
    ),
    sync: syncLoop(
      { db: context.db, now: context.now, told: () => context.notify('event_delivery') },
      failed('syncing connections'),
    ),
    list: listLoop(
      {
        db: context.db,
        now: context.now,
        newClaim: () => randomUUID(),
        random: () => Math.random(),
        hosts: context.config.destinationHosts,
      },
      failed('bringing lists to agree'),
    ),
    preview: previewLoop({ db: context.db, now: context.now, newClaim: () => randomUUID() }, failed('previewing')),
    alert: alertLoop(
      { db: context.db, now: context.now, told: () => context.notify('outbox') },
      failed('looking for what is unusual'),
    ),
    erase: eraseLoop(
      { db: context.db, now: context.now, newClaim: () => randomUUID(), leave: leaveDestinations },
      failed('erasing'),
    ),
    statistics: loop(1_000, () => learnStatistics(context.db).then(() => false), failed('looking at grown tables')),
  }
}

// A cohort that waits for days costs memory only while it is cached; it is woken from a history of a few events. By default there would be
// 2,300 of them at 4 GB of heap.
const MOST_CACHED = 400
// By default each young generation grows to 128 MB, ours and that of the thread in which workflows run, where the default for new isolates is
// read. Ours stays as large as starting has made it (64 MB), the other has 16. The flags are read at each growth, so they hold from now on.
const YOUNG = ['--min-semi-space-size=8', '--max-semi-space-size=8', '--semi-space-growth-factor=1']
// By default what is dead in the old generation is looked for when it has grown twofold or more: at 500 events a second the worker lived on
// 100 MB and held 200, 540 MB in all; so it holds 480.
const OLD = ['--heap-growing-percent=50']

/** Starts a worker: Temporal activities and workflows, the outbox relay, and the loops. Any number may run beside each other. */
export const startWorker = async (config: WorkerConfig, log: Logger): Promise<RunningWorker> => {
  const { db, pool, close } = connect(config.databaseUrl, {
    max: 20,
    application: 'usher worker',
    secret: config.secret,
    functionHosts: config.functionHosts,
  })
  await keyHashes(db)
  await sealStored(db)
  const notifier = createNotifier(pool)
  const connection = await ClientConnection.connect({ address: config.temporalAddress, connectTimeout: '30s' })
  const temporal = new Client({ connection, namespace: config.temporalNamespace })
  const context: WorkerContext = { config, db, temporal, now: () => new Date(), notify: notifier.notify, log }
  const delivery = createDelivery(deliveryContextOf(context), startDeliveryOn(temporal, config.taskQueue))
  for (const flag of [...YOUNG, ...OLD]) setFlagsFromString(flag)
  const native = await NativeConnection.connect({ address: config.temporalAddress })
  const worker = await Worker.create({
    connection: native,
    namespace: config.temporalNamespace,
    taskQueue: config.taskQueue,
    workflowBundle: await workflowBundle(),
    activities: activitiesOf(context, delivery),
    shutdownGraceTime: '2s',
    maxCachedWorkflows: MOST_CACHED,
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
      // All at once: whoever asked us to stop does not wait long, and what is cut off while it sends is uncertain.
      delivery.end()
      if (worker.getState() === 'RUNNING') worker.shutdown()
      await ear.close()
      await Promise.all(Object.values(loops).map((each) => each.stop()))
      await running.catch(() => {})
      delivery.close()
      await native.close()
      await connection.close()
      notifier.close()
      await close()
    },
  }
}
