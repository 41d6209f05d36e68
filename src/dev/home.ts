import { createHash, randomBytes } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Refused, Unavailable } from '../base/errors.ts'
import { sign } from '../base/hash.ts'
import { othersMayEnter } from './postgres-user.ts'
import { commandOf, isAlive } from './process.ts'

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

/** Where a start keeps everything; `note` says why it is not the usual place. */
export type Home = { readonly folder: string; readonly note?: string }

/** `.usher` of the project, or `USHER_HOME`; when root cannot let Postgres' user in there, a folder of ours below /var/tmp. */
export const chooseHome = (configured: string | undefined, project = PROJECT, root = process.getuid?.() === 0): Home => {
  const wanted = configured ?? join(project, '.usher')
  if (!root || othersMayEnter(wanted)) return { folder: wanted }
  const elsewhere = `/var/tmp/usher-${createHash('sha256').update(project).digest('hex').slice(0, 8)}`
  return {
    folder: elsewhere,
    note: `The data is kept in ${elsewhere}: Postgres does not run as root, and its user may not enter ${wanted}.`,
  }
}

/** Makes the folder, and makes sure that it is ours: below /var/tmp somebody else could have been there first. */
export const openHome = ({ folder }: Home): void => {
  mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o755 })
  const { uid } = lstatSync(folder)
  if (process.getuid && uid !== process.getuid())
    throw new Unavailable('home', `The folder ${folder} belongs to somebody else. Set USHER_HOME to a folder of your own.`)
}

/** What `npm start` says about itself to those who come later: a second start, and the `usher` command. */
export type Session = { readonly pid: number; readonly url: string; readonly token: string; readonly spaceId: string }

const lockOf = (folder: string): string => join(folder, 'running.pid')

/** Takes the folder for this process. @throws Refused when another start is running in it. */
export const takeHome = ({ folder }: Home): void => {
  const lock = lockOf(folder)
  const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
  if (holder > 1 && holder !== process.pid && isAlive(holder) && /main\.ts dev/.test(commandOf(holder))) {
    const session = readSession(folder)
    throw new Refused(
      'running',
      `Usher is running already in this folder, as process ${holder}${session ? `: ${session.url}` : ''}. Stop it first (Ctrl-C there), or set USHER_HOME to start a second one.`,
    )
  }
  writeFileSync(lock, String(process.pid))
}

// The `usher` command looks in the project, also when the data had to be kept elsewhere.
const sessionFiles = ({ folder, note }: Home): readonly string[] =>
  (note ? [folder, join(PROJECT, '.usher')] : [folder]).map((each) => join(each, 'session.json'))

export const leaveHome = (home: Home): void => {
  rmSync(lockOf(home.folder), { force: true })
  for (const file of sessionFiles(home)) rmSync(file, { force: true })
}

const readSession = (folder: string): Session | undefined => {
  const file = join(folder, 'session.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Session) : undefined
}

/** The token in it opens the space, so only we may read it. */
export const writeSession = (home: Home, session: Session): void => {
  for (const file of sessionFiles(home)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(session, undefined, 2), { mode: 0o600 })
  }
}

/** What only this installation knows: made on the first start, kept, and everything secret in development follows from it. */
export type Secrets = { readonly secret: string; readonly token: string; readonly writeKey: string }

export const readSecrets = ({ folder }: Home): Secrets => {
  const file = join(folder, 'secret')
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 })
  const secret = readFileSync(file, 'utf8').trim()
  return {
    secret,
    token: `dev_${sign(secret, 'token')}`,
    writeKey: sign(secret, 'write key')
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, 32),
  }
}

/** The file for a part's log; what the previous start wrote is kept beside it. */
export const logFile = ({ folder }: Home, name: string): string => {
  const file = join(folder, 'logs', `${name}.log`)
  if (existsSync(file)) renameSync(file, join(folder, 'logs', `${name}.previous.log`))
  return file
}
