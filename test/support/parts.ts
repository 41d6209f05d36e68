import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/dev/port.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export type Running = {
  readonly url: string
  readonly pid: number
  readonly stop: () => Promise<void>
  readonly kill: () => Promise<void>
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

/** Starts `usher api` or `usher worker` as production does, a process of its own with its settings in the environment, and waits until it says it is ready. */
export const startPart = async (part: 'api' | 'worker', settings: Readonly<Record<string, string>>): Promise<Running> => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [MAIN, part], {
    env: {
      ...process.env,
      USHER_SECRET: 'a secret of the tests',
      USHER_LOG: 'fatal',
      USHER_PORT: String(port),
      USHER_PUBLIC_URL: url,
      ...settings,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`usher ${part} ended with ${code} while starting`)
    }),
  ])
  return { url, pid: child.pid ?? 0, stop: () => end(child, 'SIGTERM'), kill: () => end(child, 'SIGKILL') }
}
