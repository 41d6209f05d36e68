import { Client, Connection } from '@temporalio/client'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { ensureEvaluationSchedules } from '../../src/audience/schedule.ts'
import { definitionOf } from '../../src/audience/store.ts'
import { readConfig } from '../../src/config.ts'
import { createSpace } from '../../src/space/space.ts'
import { startWorker } from '../../src/worker.ts'
import { freshDatabase } from '../support/database.ts'
import { freshTemporal } from '../support/temporal.ts'
import { until } from '../support/wait.ts'
import { addEvent, addProfile, did, makeAudience, makePartitions } from './support/world.ts'

const { db, url } = await freshDatabase()
await makePartitions(db)
const { address } = await freshTemporal()

const ranWell = async (client: Client, id: string): Promise<string> => {
  await client.schedule.getHandle(id).trigger()
  return until(`${id} ended well`, async () => {
    const { info } = await client.schedule.getHandle(id).describe()
    const last = info.recentActions.at(-1)
    if (last === undefined) return undefined
    const { status } = await client.workflow.getHandle(last.action.workflow.workflowId).describe()
    return status.name === 'COMPLETED' && status.name
  })
}

it('the schedules are made once, brought up to date, and evaluate by themselves', async () => {
  const connection = await Connection.connect({ address })
  const client = new Client({ connection })
  await Promise.all([1, 2].map(() => ensureEvaluationSchedules(client, 'usher', '5 seconds')))
  await ensureEvaluationSchedules(client, 'usher', '1 second')
  const { spec } = await client.schedule.getHandle('evaluate').describe()
  expect(spec.intervals).toMatchObject([{ every: 1_000 }])

  await createSpace(db, { id: 'spa_s', slug: 's', name: 's' }, new Date())
  await addEvent(db, 'spa_s', await addProfile(db, 'spa_s', 'ada'), 'Order', new Date('2026-06-01T00:00:00Z'), 'm')
  await makeAudience(db, 'spa_s', 'buyers', did('Order'), new Date())
  const config = {
    ...readConfig({ USHER_LOG: 'silent', USHER_EVALUATE_EVERY: '1 second' }),
    databaseUrl: url,
    temporalAddress: address,
  }
  const worker = await startWorker(config, pino({ level: 'silent' }))
  const audience = await until('the audience is live', async () => {
    const row = await definitionOf(db, 'audience', 'spa_s', 'buyers')
    return row.status === 'Live' && row
  })
  expect(audience.count).toBe(1)
  await until('the schedule ran its workflow', async () => {
    const { info } = await client.schedule.getHandle('evaluate').describe()
    return info.numActionsTaken > 0
  })
  for (const id of ['evaluate-fully', 'forget']) expect(await ranWell(client, id)).toBe('COMPLETED')
  await worker.stop()
  await connection.close()
})
