import { setTimeout as pause } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker'
import pg from 'pg'
import type { Logger } from 'pino'
import { type RunningWorker, startWorker, type WorkerConfig } from '../worker.ts'

const asksTemporal = async (address: string): Promise<void> => {
  const connection = await Connection.connect({ address, connectTimeout: '3s' })
  await connection.close()
}

const asksDatabase = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('select 1 from space limit 1')
  } catch (error) {
    const missing = (error as { code?: string }).code === '42P01'
    throw missing ? new Error('its schema is missing: run `usher migrate`', { cause: error }) : error
  } finally {
    await client.end()
  }
}

const REMINDS_EVERY_MS = 30_000

const waitFor = async (what: string, ask: () => Promise<void>, log: Logger, stopped: AbortSignal): Promise<void> => {
  let said = 0
  while (!stopped.aborted) {
    try {
      await ask()
      if (said > 0) log.info(`${what} answers again`)
      return
    } catch (error) {
      if (Date.now() - said > REMINDS_EVERY_MS) {
        log.warn(`waiting for ${what}: ${(error as Error).message}`)
        said = Date.now()
      }
      await pause(500, undefined, { signal: stopped }).catch(() => {})
    }
  }
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const

/** What Temporal's SDK says goes where everything goes, from warnings on. */
const logTemporalTo = (log: Logger): void => {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => log[LEVELS[level]](meta ?? {}, message)),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  })
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))

/**
 * Runs a worker until the answered function stops it: waits for the database and Temporal as long as it takes, and starts anew when the
 * worker ends for want of one of them. What was under way is in rows and timers, so nothing is lost meanwhile. A worker that does not
 * start though both answer is a defect, and ends the process.
 */
export const keepWorking = (config: WorkerConfig, log: Logger, ready: () => void): (() => Promise<void>) => {
  logTemporalTo(log)
  const stopping = new AbortController()
  const { signal } = stopping
  const live = async (): Promise<void> => {
    await waitFor('the database', () => asksDatabase(config.databaseUrl), log, signal)
    await waitFor('Temporal', () => asksTemporal(config.temporalAddress), log, signal)
    if (signal.aborted) return
    const running: RunningWorker = await startWorker(config, log)
    ready()
    const ended = running.ended.catch((err: unknown) => log.error({ err }, 'the worker ended; it starts anew'))
    await Promise.race([ended, aborted(signal)])
    await running.stop().catch((err: unknown) => log.warn({ err }, 'the worker did not stop in order'))
  }
  const living = (async () => {
    while (!signal.aborted) await live()
  })()
  return async () => {
    stopping.abort()
    await living
  }
}
