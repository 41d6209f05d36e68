import { randomUUID } from 'node:crypto'
import { setCrashPoint } from '../../src/base/crash-point.ts'
import { connect } from '../../src/db/connect.ts'
import { createDeliveries } from '../../src/destination/drain.ts'

/*
 * One worker's deliveries to destinations as a process of its own that dies at a named place: `node deliver-process.ts <database> <crash point>
 * <now>`.
 */
const [databaseUrl = '', crashAt = '', at = ''] = process.argv.slice(2)
setCrashPoint(crashAt)
const { db, close } = connect(databaseUrl, { secret: 'a secret of the tests' })
const deliveries = createDeliveries({
  db,
  now: () => new Date(at),
  newClaim: () => randomUUID(),
  random: () => 0.5,
  failed: (error) => {
    throw error
  },
})
while ((await deliveries.wake()) > 0) await deliveries.idle()
await deliveries.stop()
await close()
