import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Whether a process with this id is there, whoever owns it. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** How a process was called: ids are given out again, so an id alone does not say that it is still the one we started. */
export const commandOf = (pid: number): string => {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

const gone = async (pid: number, withinMs: number): Promise<boolean> => {
  const end = Date.now() + withinMs
  while (isAlive(pid)) {
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

/** Ends a process that an earlier start left behind, if it still is the one that was called with `mark`. Answers whether there was one. */
export const endLeftover = async (pid: number, mark: string, signal: NodeJS.Signals): Promise<boolean> => {
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid) || !commandOf(pid).includes(mark)) return false
  process.kill(pid, signal)
  if (!(await gone(pid, 5_000))) process.kill(pid, 'SIGKILL')
  await gone(pid, 2_000)
  return true
}

/** Asks a child to end, and after `patienceMs` makes it. */
export const endChild = async (child: ChildProcess, signal: NodeJS.Signals, patienceMs: number): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  const force = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(force)
}

/** Has a child end when this process is gone, even one that was killed and could end nothing itself. */
export const endWithUs = (child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void => {
  // Reads until the pipe closes: the system closes our end of it, however we end. In a group of its own: Ctrl-C is not for it.
  const watch = spawn('sh', ['-c', `read _; kill -s ${signal.slice(3)} ${child.pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watch.unref()
  child.once('exit', () => watch.kill('SIGKILL'))
  // Where there is no shell, as on Windows, at least an orderly end of ours is one of the child's.
  watch.once('error', () => process.once('exit', () => child.kill(signal)))
}
