import { randomUUID } from 'node:crypto'
import { setCrashPoint } from '../../src/base/crash-point.ts'
import { connect } from '../../src/db/connect.ts'
import { relayOnce } from '../../src/db/relay.ts'
import { drainLists } from '../../src/sync/list.ts'
import { passNext } from '../../src/sync/pass.ts'
import { tellConnected } from '../../src/sync/react.ts'

/* One worker's connections as a process of its own that dies at a named place: `node sync-process.ts <database> <crash point> <now>`. */
const [databaseUrl = '', crashAt = '', at = ''] = process.argv.slice(2)
setCrashPoint(crashAt)
const { db, close } = connect(databaseUrl, { secret: 'a secret of the tests' })
const now = () => new Date(at)
const tell = async (spaceId: string, items: Parameters<typeof tellConnected>[2]): Promise<void> => {
  await tellConnected(db, spaceId, items, now())
}
await relayOnce(db, { entered: [tell], exited: [tell], computed: [tell] }, now())
while (await passNext({ db, now, told: () => {} }));
while (await drainLists({ db, now, newClaim: () => randomUUID(), random: () => 0.5 }));
await close()
