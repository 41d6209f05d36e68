import { type ChildProcess, spawn } from 'node:child_process'
import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { endWithUs } from '../../src/dev/process.ts'
import { type RunningWorker, startWorker } from '../../src/worker.ts'
import { atEnd } from './ending.ts'

export type WorkerPlace = { readonly databaseUrl: string; readonly temporalAddress: string; readonly taskQueue?: string }

const environmentOf = ({ databaseUrl, temporalAddress, taskQueue }: WorkerPlace) => ({
  DATABASE_URL: databaseUrl,
  TEMPORAL_ADDRESS: temporalAddress,
  USHER_SECRET: 'a secret of the tests',
  USHER_LOG: 'error',
  ...(taskQueue ? { USHER_TASK_QUEUE: taskQueue } : {}),
})

/** A worker inside the test's own process; stopped when the file is done. */
export const freshWorker = async (place: WorkerPlace): Promise<RunningWorker> => {
  const config = readConfig(environmentOf(place))
  const worker = await startWorker(
    { ...config, databaseUrl: place.databaseUrl, temporalAddress: place.temporalAddress },
    pino({ level: 'error' }),
  )
  atEnd(worker.stop)
  return worker
}

export type WorkerProcess = {
  /** How it ended: `SIGKILL` where it died at the crash point. */
  readonly ended: Promise<NodeJS.Signals | number | null>
  readonly stop: () => Promise<void>
}

/** A worker as a process of its own, `usher worker`; with `crashAt` it dies there by kill -9. */
export const spawnWorker = (place: WorkerPlace, crashAt?: string): WorkerProcess => {
  const child: ChildProcess = spawn(process.execPath, ['src/main.ts', 'worker'], {
    env: { PATH: process.env['PATH'], ...environmentOf(place), ...(crashAt ? { USHER_CRASH_AT: crashAt } : {}) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  endWithUs(child)
  let said = ''
  child.stderr?.on('data', (data) => {
    said = `${said}${data}`.slice(-4_000)
  })
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once('exit', (code, signal) => {
      if (code) process.stderr.write(said)
      resolve(signal ?? code)
    })
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  atEnd(stop)
  return { ended, stop }
}
