import { randomUUID } from 'node:crypto'
import { setCrashPoint } from '../../src/base/crash-point.ts'
import { connect } from '../../src/db/connect.ts'
import { createDelivery } from '../../src/message/delivery.ts'

/*
 * One drain as a process of its own that dies at a named place: `node drain-process.ts <database> <space> <account> <crash point>`.
 */
const [databaseUrl = '', spaceId = '', accountId = '', crashAt = ''] = process.argv.slice(2)
setCrashPoint(crashAt)
const { db, close } = connect(databaseUrl, { secret: 'a secret of the tests' })
const context = {
  db,
  now: () => new Date(),
  newClaim: () => randomUUID(),
  publicUrl: 'http://usher.test',
  secret: 'a secret of the tests',
  lease: '30 seconds',
}
const delivery = createDelivery(context, async () => {}, { lingerMs: 0 })
await delivery.drain({ spaceId, accountId }, { beat: () => {}, signal: new AbortController().signal })
delivery.close()
await close()
