import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Connection } from '@temporalio/client'
import { Unavailable } from '../base/errors.ts'
import { freePort } from './port.ts'
import { endChild, endLeftover, endWithUs } from './process.ts'

export type TemporalServer = {
  readonly address: string
  readonly uiPort: number | undefined
  readonly stop: () => Promise<void>
  readonly kill: () => void
}

export type TemporalOptions = {
  /** SQLite file that keeps workflows and timers; in memory without. */
  readonly file?: string
  readonly port?: number
  /** Adds the Temporal UI on a free port. */
  readonly ui?: boolean
}

const STARTS_WITHIN_MS = 60_000

const answers = async (address: string, child: ChildProcess, output: readonly string[]): Promise<void> => {
  const end = Date.now() + STARTS_WITHIN_MS
  for (;;) {
    if (child.exitCode !== null || Date.now() > end)
      throw new Unavailable('temporal', `Temporal does not start: ${output.slice(-5).join('').trim()}`)
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1s' })
      await connection.close()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

const noteOf = (file: string): string => `${file}.pid`

/** A start that was killed leaves its server running on the file, and two servers on one file spoil it. */
export const endPreviousTemporal = async (file: string): Promise<void> => {
  const note = noteOf(file)
  if (existsSync(note)) await endLeftover(Number(readFileSync(note, 'utf8')), file, 'SIGTERM')
}

const flagsOf = (port: number, uiPort: number | undefined, file: string | undefined): string[] => [
  ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'],
  ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
  ...(file ? ['--db-filename', file, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=off'] : []),
]

/** Starts a dev server, in memory or on `file`, and answers once it takes calls. */
export const startTemporal = async (binary: string, options: TemporalOptions = {}): Promise<TemporalServer> => {
  const { file } = options
  if (file) await endPreviousTemporal(file)
  const port = await freePort(options.port ?? 0)
  const uiPort = options.ui ? await freePort(port + 1000) : undefined
  // In a group of its own when it is kept: Ctrl-C reaches a terminal's whole group, and Temporal must outlive the workers.
  const child = spawn(binary, flagsOf(port, uiPort, file), { detached: file !== undefined, stdio: ['ignore', 'pipe', 'pipe'] })
  if (file && child.pid) writeFileSync(noteOf(file), String(child.pid))
  if (!file) endWithUs(child)
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output.push(String(data))
      if (output.length > 50) output.shift()
    })
  const address = `127.0.0.1:${port}`
  const stop = async () => {
    await endChild(child, 'SIGTERM', 2_000)
    if (file) rmSync(noteOf(file), { force: true })
  }
  try {
    await answers(address, child, output)
  } catch (error) {
    await stop()
    throw error
  }
  return { address, uiPort, stop, kill: () => void child.kill('SIGKILL') }
}
