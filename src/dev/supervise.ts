import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Unavailable } from '../base/errors.ts'
import { environmentWith } from '../config.ts'
import { PROJECT } from './home.ts'
import { endChild } from './process.ts'

/** A part of Usher in a process of its own, kept alive. */
export type Part = { readonly stop: () => Promise<void>; readonly kill: () => void }

export type PartOptions = {
  readonly name: 'api' | 'worker'
  readonly environment: Readonly<Record<string, string>>
  readonly log: string
  /** Told each time that it died and is started anew. */
  readonly died: (what: string) => void
}

const STOPS_WITHIN_MS = 2_500
const READY_WITHIN_MS = 60_000
const LONGEST_PAUSE_MS = 5_000
const STEADY_AFTER_MS = 30_000

const launch = ({ name, environment, log }: PartOptions): ChildProcess => {
  const output = openSync(log, 'a')
  // In a group of its own, so that Ctrl-C does not reach it before its turn; when we die it sees the channel close and stops by itself.
  const child = spawn(process.execPath, [join(PROJECT, 'src', 'main.ts'), name], {
    cwd: PROJECT,
    env: environmentWith(environment),
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  })
  closeSync(output)
  return child
}

const lastWords = (log: string): string => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8).join('\n')

const ready = (child: ChildProcess, { name, log }: PartOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Unavailable(name, `The ${name} ${what}. The end of ${log}:\n${lastWords(log)}`))
    const late = setTimeout(() => fail(`was not ready after ${READY_WITHIN_MS / 1_000} s`), READY_WITHIN_MS)
    child.once('exit', (code, signal) => {
      clearTimeout(late)
      fail(`ended while starting (${signal ?? code})`)
    })
    child.once('message', () => {
      clearTimeout(late)
      resolve()
    })
  })

/** Starts a part and waits until it is ready; from then on it is started anew whenever it dies. @throws Unavailable with its last words. */
export const supervise = async (options: PartOptions): Promise<Part> => {
  let stopping = false
  let quickDeaths = 0
  let child = launch(options)
  const watch = (since: number): void => {
    child.once('exit', (code, signal) => {
      if (stopping) return
      quickDeaths = Date.now() - since > STEADY_AFTER_MS ? 0 : quickDeaths + 1
      options.died(`the ${options.name} died (${signal ?? code}) and is started anew; its log is ${options.log}`)
      setTimeout(again, Math.min(LONGEST_PAUSE_MS, 200 * 2 ** quickDeaths))
    })
  }
  const again = (): void => {
    if (stopping) return
    child = launch(options)
    watch(Date.now())
  }
  try {
    await ready(child, options)
  } catch (error) {
    await endChild(child, 'SIGKILL', 0)
    throw error
  }
  watch(Date.now())
  return {
    stop: async () => {
      stopping = true
      await endChild(child, 'SIGTERM', STOPS_WITHIN_MS)
    },
    kill: () => {
      stopping = true
      child.kill('SIGKILL')
    },
  }
}
