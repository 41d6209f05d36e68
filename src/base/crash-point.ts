let crashAt: string | undefined

/** Names the place at which this process shall die. Set once by `main.ts` from `USHER_CRASH_AT`; nothing else calls it. */
export const setCrashPoint = (name: string | undefined): void => {
  crashAt = name
}

/** A named place between two lines. In the crash tests the process dies here as if its power were cut; elsewhere it costs a comparison. */
export const crashPoint = (name: string): void => {
  if (crashAt === name) process.kill(process.pid, 'SIGKILL')
}
