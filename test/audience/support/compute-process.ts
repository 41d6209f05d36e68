import { evaluateSpaceFully } from '../../../src/audience/evaluate-fully.ts'
import { setCrashPoint } from '../../../src/base/crash-point.ts'
import { connect } from '../../../src/db/connect.ts'

/*
 * One full evaluation of a space as a process of its own that dies by kill -9 at a named place: `node compute-process.ts <database> <space> <now>
 * <people per step> <crash point>`.
 */
const [databaseUrl = '', spaceId = '', now = '', peoplePerStep = '', crashAt = ''] = process.argv.slice(2)
setCrashPoint(crashAt)
const { db, close } = connect(databaseUrl, { application: 'computes and dies' })
await evaluateSpaceFully(db, spaceId, new Date(now), {
  incrementalMs: 15_000,
  fullMs: 60_000,
  peoplePerStep: Number(peoplePerStep),
})
await close()
