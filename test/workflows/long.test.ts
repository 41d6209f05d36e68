import { spawn } from 'node:child_process'
import { Client, Connection } from '@temporalio/client'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { freePort } from '../../src/dev/port.ts'
import { endChild, endWithUs } from '../../src/dev/process.ts'
import { findTemporal } from '../../src/dev/temporal-binary.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { makeStage, person } from '../journey/stage.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import '../support/temporal.ts'
import { until } from '../support/wait.ts'
import { freshWorker } from '../support/worker.ts'

/* A Temporal that finds a history long after 20 events: the workflow begins anew from its id alone, and nobody notices. */
const database = await freshDatabase()
const binary = must(findTemporal(process.env['TEMPORAL_CLI_PATH'], process.env['PATH'] ?? ''), 'a Temporal CLI').path
const port = await freePort()
const address = `127.0.0.1:${port}`
const flags = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--headless', '--log-level', 'error']
const server = spawn(binary, [...flags, '--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=20'], {
  stdio: 'ignore',
})
endWithUs(server)
atEnd(() => endChild(server, 'SIGKILL', 0))
const connection = await until('Temporal', () => Connection.connect({ address, connectTimeout: '1s' }).catch(() => undefined))
atEnd(() => connection.close())
const client = new Client({ connection })

const stage = makeStage(database.db, 'spa_long')
await sql`insert into space (id, slug, name, created_at) values ('spa_long', 'spa_long', 'spa_long', now())`.execute(database.db)
await stage.profiles(2)
await freshWorker({ databaseUrl: database.url, temporalAddress: address })

const DELAYS = 8
const draft: JourneyDraft = {
  entry: { type: 'event', event: 'go', frequency: 'once' },
  start: 'd0',
  steps: Object.fromEntries(
    Array.from({ length: DELAYS }, (_, i) => [
      `d${i}`,
      { type: 'delay', for: '1 second', next: i + 1 < DELAYS ? `d${i + 1}` : null },
    ]),
  ),
}

it('begins anew when its history has grown long, and takes every step once', async () => {
  await stage.publish('jny_long', draft)
  await stage.tell(
    [1, 2].map((n) => ({ who: person(n), event: 'go', at: new Date() })),
    new Date(),
  )
  await until('both to complete', async () => {
    const runs = await stage.runs()
    return runs.length === 2 && runs.every((run) => run.status === 'completed')
  })
  const steps = (await stage.transitions()).map(({ step }) => step)
  expect(steps).toEqual([...Array(2)].flatMap(() => [null, ...Array.from({ length: DELAYS }, (_, i) => `d${i}`)]))
  const executions = []
  for await (const execution of client.workflow.list({ query: "WorkflowType = 'cohort'" })) executions.push(execution.status.name)
  expect(executions.filter((status) => status === 'CONTINUED_AS_NEW').length).toBeGreaterThan(1)
})
