import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where clients of other languages are kept, installed once. */
export const clientsFolder = join(homedir(), '.cache', 'usher', 'clients')

/** Runs a program of another language. @throws with what it wrote when it fails or takes longer. */
export const runTool = async (
  program: string,
  words: readonly string[],
  mostMs: number,
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<void> => {
  await promisify(execFile)(program, [...words], {
    timeout: mostMs,
    maxBuffer: 16 * 1024 * 1024,
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, ...env },
  })
}

/** Tries to make something ready, once for all who ask; answers why it is not to be had. */
export const triedOnce = (make: () => Promise<void>): (() => Promise<string | undefined>) => {
  let tried: Promise<string | undefined> | undefined
  return () => {
    mkdirSync(clientsFolder, { recursive: true })
    tried ??= make().then(
      () => undefined,
      (error: Error) => error.message.split('\n').slice(0, 4).join(' · ').slice(0, 500),
    )
    return tried
  }
}
