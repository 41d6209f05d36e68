import { randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import { setCrashPoint } from '../../src/base/crash-point.ts'
import { loop } from '../../src/base/loop.ts'
import { connect } from '../../src/db/connect.ts'
import { listen } from '../../src/db/notify.ts'
import { deliveryActivities, startDeliveryOn } from '../../src/message/activities.ts'
import { createDelivery } from '../../src/message/delivery.ts'

/*
 * A worker that only delivers, as a process of its own that tests may kill: `node delivery-worker.ts <database> <temporal> <bundle>
 * <task queue> <lease> <crash point or ->`. Prints `ready`.
 */
const [databaseUrl = '', address = '', codePath = '', taskQueue = '', lease = '', crashAt = '-'] = process.argv.slice(2)
setCrashPoint(crashAt === '-' ? undefined : crashAt)
const { db } = connect(databaseUrl, { secret: 'a secret of the tests' })
const temporal = new Client({ connection: await Connection.connect({ address }) })
const context = {
  db,
  now: () => new Date(),
  newClaim: () => randomUUID(),
  publicUrl: 'http://usher.test',
  secret: 'a secret of the tests',
  lease,
}
const delivery = createDelivery(context, startDeliveryOn(temporal, taskQueue))
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowBundle: { codePath },
  // A killed worker's cached workflows go to another one soon.
  stickyQueueScheduleToStartTimeout: '1s',
  activities: deliveryActivities(delivery),
})
const waking = loop(
  200,
  async () => {
    await delivery.wake()
    return false
  },
  () => {},
)
listen(databaseUrl, (topic) => {
  if (topic === 'message') waking.wake()
})
process.stdout.write('ready\n')
await worker.run()
