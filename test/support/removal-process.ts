import { randomUUID } from 'node:crypto'
import { setCrashPoint } from '../../src/base/crash-point.ts'
import { connect } from '../../src/db/connect.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { drainRemovals } from '../../src/sync/take-off.ts'

/* A worker that erases and tells destinations so, and dies at a named place: `node removal-process.ts <database> <crash point> <now>`. */
const [databaseUrl = '', crashAt = '', at = ''] = process.argv.slice(2)
setCrashPoint(crashAt)
const { db, close } = connect(databaseUrl, { secret: 'a secret of the tests' })
const now = () => new Date(at)
const newClaim = () => randomUUID()
while (await eraseNext({ db, now, newClaim, leave: leaveDestinations }));
await drainRemovals({ db, now, newClaim, random: () => 0.5 })
await close()
