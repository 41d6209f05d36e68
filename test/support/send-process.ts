import { randomUUID } from 'node:crypto'
import { setCrashPoint } from '../../src/base/crash-point.ts'
import { connect } from '../../src/db/connect.ts'
import { sendNextReplays } from '../../src/ingest/replay/destination/make.ts'

/*
 * One worker's replays to destinations as a process of its own that dies at a named place: `node send-process.ts <database> <crash point> <now>`.
 */
const [databaseUrl = '', crashAt = '', at = ''] = process.argv.slice(2)
setCrashPoint(crashAt)
const { db, close } = connect(databaseUrl, { secret: 'a secret of the tests' })
const context = { db, now: () => new Date(at), newClaim: () => randomUUID(), told: () => {} }
while (await sendNextReplays(context));
await close()
