import { randomUUID } from 'node:crypto'
import { setCrashPoint } from '../../src/base/crash-point.ts'
import { connect } from '../../src/db/connect.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'

/*
 * A worker that erases and dies at a named place: `node erase-process.ts <database> <crash point>`.
 */
const [databaseUrl = '', crashAt = ''] = process.argv.slice(2)
setCrashPoint(crashAt)
const { db, close } = connect(databaseUrl, { secret: 'a secret of the tests' })
while (await eraseNext({ db, now: () => new Date(), newClaim: () => randomUUID(), leave: leaveDestinations }));
await close()
