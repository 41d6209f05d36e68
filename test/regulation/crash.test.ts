import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const api = await testApi(database)
const SCRIPT = fileURLToPath(new URL('../support/erase-process.ts', import.meta.url))

const dieAt = (point: string): Promise<unknown> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [SCRIPT, database.url, point], { stdio: ['ignore', 'inherit', 'inherit'] })
    child.once('exit', (_, signal) => resolve(signal))
  })

it.each(['regulation.forgotten', 'regulation.removed'])(
  'CNS-06 killed at %s: another worker goes on, and nothing of the person is left',
  async (point) => {
    const batch = Array.from({ length: 30 }, (_, n) => ({ type: 'track', userId: point, event: 'E', messageId: `${point} ${n}` }))
    await post(api.server, '/v1/batch', { batch }, basic(api.writeKey))
    const body = { regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds: [point] }
    const id = (await api.call('POST', '/spaces/spa_test/regulations', body)).body.data.regulateId
    expect(await dieAt(point)).toBe('SIGKILL')
    expect(await eventsOf(db, 'spa_test')).toHaveLength(30)
    expect(await selectRows(db, sql`select * from profile where space_id = 'spa_test'`)).toEqual([])
    let clock = new Date()
    for (let n = 0; n < 6; n++) {
      while (await eraseNext({ db, now: () => clock, newClaim: () => `claim ${n}`, leave: leaveDestinations }));
      clock = new Date(clock.getTime() + 61_000)
    }
    const { regulation } = (await api.call('GET', `/spaces/spa_test/regulations/${id}`)).body.data
    expect(regulation).toMatchObject({ overallStatus: 'FINISHED', progress: { FINISHED: 1 } })
    expect(await eventsOf(db, 'spa_test')).toEqual([])
    expect((await selectRows(db, sql`select value, profile_ids from regulation_subject where regulation_id = ${id}`))[0]).toEqual(
      {
        value: null,
        profile_ids: [],
      },
    )
  },
)
