import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Connection } from '@temporalio/client'
import { Unavailable } from '../base/errors.ts'
import { freePort } from './postgres.ts'

export type TemporalServer = { readonly address: string; readonly uiPort: number | undefined; readonly stop: () => Promise<void> }
export type TemporalBinary = { readonly path: string; readonly from: string }

export const cachedBinary = join(homedir(), '.cache', 'usher', 'bin', 'temporal')
const runs = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    execFileSync(path, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The Temporal CLI that is there already, and where it was found; undefined when it must be fetched or built first. */
export const findTemporal = (cliPath: string | undefined, path: string): TemporalBinary | undefined => {
  if (cliPath && runs(cliPath)) return { path: cliPath, from: 'TEMPORAL_CLI_PATH' }
  const onPath = path
    .split(delimiter)
    .map((folder) => join(folder, 'temporal'))
    .find(runs)
  if (onPath) return { path: onPath, from: 'the PATH' }
  return runs(cachedBinary) ? { path: cachedBinary, from: 'the cache' } : undefined
}

const answers = async (address: string, child: ChildProcess, output: readonly string[]): Promise<void> => {
  for (;;) {
    if (child.exitCode !== null) throw new Unavailable('temporal', `Temporal ended while starting: ${output.slice(-5).join('')}`)
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1s' })
      await connection.close()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Starts a dev server, in memory or on `file`, and answers once it takes calls. `ui` adds the Temporal UI on a free port. */
export const startTemporal = async (
  binary: string,
  options: { readonly file?: string; readonly port?: number; readonly ui?: boolean } = {},
): Promise<TemporalServer> => {
  const port = await freePort(options.port ?? 0)
  const uiPort = options.ui ? await freePort(port + 1000) : undefined
  const place = options.file
    ? ['--db-filename', options.file, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=off']
    : []
  const page = uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]
  const child = spawn(
    binary,
    ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error', ...page, ...place],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const address = `127.0.0.1:${port}`
  await answers(address, child, output)
  return {
    address,
    uiPort,
    stop: async () => {
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await ended
      clearTimeout(kill)
    },
  }
}
