import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../../src/dev/port.ts'

/** What processes of a benchmark sign and seal with. */
export const SECRET = 'a secret of the benchmark'
const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

export type Running = {
  readonly url: string
  /** The most resident memory the process ever had, in MB, as the kernel counted it. */
  readonly peakMemoryMb: () => number
  /** Processor time it has used so far, in seconds: what a busy machine does not distort. */
  readonly cpuSeconds: () => number
  readonly stop: () => Promise<void>
}

const fileOf = (pid: number | undefined, name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8')

const peakMemoryMb = (pid: number | undefined): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(fileOf(pid, 'status'))?.[1] ?? Number.NaN) / 1024

// Fields 14 and 15, in hundredths of a second; the name before them may hold spaces.
const cpuSeconds = (pid: number | undefined): number => {
  const fields = fileOf(pid, 'stat').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode === null && child.signalCode === null
    ? new Promise((resolve) => child.once('exit', () => resolve()))
    : Promise.resolve()

const stopper = (child: ChildProcess) => async (): Promise<void> => {
  child.kill('SIGTERM')
  await ended(child)
}

/** Starts `usher api` or `usher worker` as production does: a process of its own with its settings in the environment. Answers when it works. */
export const startProcess = async (part: 'api' | 'worker', settings: Readonly<Record<string, string>>): Promise<Running> => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [MAIN, part], {
    env: {
      ...process.env,
      USHER_SECRET: SECRET,
      USHER_LOG: 'error',
      USHER_PORT: String(port),
      USHER_PUBLIC_URL: url,
      ...settings,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await said(child, 'ready')
  const { pid } = child
  return { url, peakMemoryMb: () => peakMemoryMb(pid), cpuSeconds: () => cpuSeconds(pid), stop: stopper(child) }
}

const said = (child: ChildProcess, word: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.on('message', (message) => message === word && resolve())
    child.once('exit', (code) => reject(new Error(`the process ended with ${code} before it was ready`)))
  })

export type Helper = {
  /** Sends a question and answers the reply. */
  readonly ask: <Reply>(question: unknown) => Promise<Reply>
  readonly stop: () => Promise<void>
}

/** Starts a file of this folder as a process of its own, so that what it does is not counted as ours. It replies to each message with one. */
export const startHelper = async (file: string, ...words: readonly string[]): Promise<Helper> => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...words], { serialization: 'advanced' })
  await said(child, 'ready')
  const gone = new AbortController()
  child.once('exit', () => gone.abort(new Error(`${file} ended`)))
  const ask = async <Reply>(question: unknown): Promise<Reply> => {
    const reply = once(child, 'message', { signal: gone.signal })
    child.send(question as object)
    return (await reply)[0] as Reply
  }
  return { ask, stop: stopper(child) }
}
