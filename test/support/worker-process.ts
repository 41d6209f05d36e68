import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { endWithUs } from '../../src/dev/process.ts'
import { atEnd } from './ending.ts'

const SCRIPT = fileURLToPath(new URL('./delivery-worker.ts', import.meta.url))

const WORKFLOW = fileURLToPath(new URL('../../workflows/delivery.ts', import.meta.url))

/** Bundles the delivery workflow once for all workers of a test file; answers where it lies. */
export const bundleDelivery = async (): Promise<string> => {
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOW, logger: new DefaultLogger('ERROR') })
  const path = join(mkdtempSync(join(tmpdir(), 'usher-bundle-')), 'delivery.js')
  writeFileSync(path, code)
  return path
}

export type WorkerProcess = {
  readonly child: ChildProcess
  readonly ended: Promise<NodeJS.Signals | null>
  readonly kill: () => Promise<void>
}

/** Starts a worker that only delivers, as a process of its own; dead when the file is done. */
export const startDeliveryWorker = async (
  databaseUrl: string,
  temporal: string,
  bundle: string,
  options: { readonly taskQueue?: string; readonly lease?: string; readonly crashAt?: string } = {},
): Promise<WorkerProcess> => {
  const { taskQueue = 'usher', lease = '2 seconds', crashAt = '-' } = options
  const child = spawn(process.execPath, [SCRIPT, databaseUrl, temporal, bundle, taskQueue, lease, crashAt], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  atEnd(kill)
  endWithUs(child)
  const said: string[] = []
  child.stderr?.on('data', (text) => said.push(String(text)))
  await Promise.race([
    new Promise<void>((resolve) => child.stdout?.on('data', (text) => String(text).includes('ready') && resolve())),
    ended.then(() => {
      throw new Error(`the worker ended: ${said.join('').slice(-2000)}`)
    }),
  ])
  return { child, ended, kill }
}
