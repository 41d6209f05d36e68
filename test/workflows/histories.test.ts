import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { expect, it } from 'vitest'
import { historyOf } from '../support/history.ts'

const FOLDER = new URL('./histories/', import.meta.url)
const logger = new DefaultLogger('ERROR')
Runtime.install({ logger })
const workflowBundle = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
  logger,
})
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))

it.each(files)('G10 a history of yesterday replays on the code of today: %s', async (file) => {
  await Worker.runReplayHistory({ workflowBundle }, historyOf(readFileSync(new URL(file, FOLDER), 'utf8')))
})

it('G10 there is a history of every kind of step, of a delivery and of an alert', () => {
  for (const kind of ['alert', 'delivery', 'delay', 'hold', 'split', 'random_split', 'send', 'set_trait', 'exit'])
    expect(files).toContain(`${kind}.json`)
})
