// Runs before `npm start`, `npm test` and `npm run bench`, on any Node from 20 on: plain JavaScript, no packages. Afterwards
// `node_modules/.bin/node` is Node 24, which npm scripts find first.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url))
const lockFile = join(project, 'package-lock.json')
const stamp = join(project, 'node_modules', '.usher-lock')
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)

const lock = read(lockFile)
const hash = lock && createHash('sha256').update(lock).digest('hex')

/** Whether what somebody else installed (`npm ci` by hand) is what the lockfile says, by npm's own record of it. */
const alreadyThere = () => {
  const hidden = read(join(project, 'node_modules', '.package-lock.json'))
  if (!hidden || !lock) return false
  const installed = JSON.parse(hidden).packages
  return Object.entries(JSON.parse(lock).packages).every(
    ([path, { version, optional }]) => path === '' || (installed[path] ? installed[path].version === version : optional),
  )
}

const install = () => {
  const why = existsSync(join(project, 'node_modules')) ? 'package-lock.json has changed' : 'this is the first time'
  console.log(`Installing packages (${why}; about a minute) …`)
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  console.error(
    `\n\`npm ci\` did not succeed${error ? ` (${error.message})` : ''}. What to do: look at the lines above; when it is the`,
  )
  console.error(
    'network, check `npm config get registry` and the proxy settings, and start again. Nothing else has been changed.',
  )
  process.exit(status ?? 1)
}

if (!lock) {
  console.error(`There is no package-lock.json in ${project}: is the clone complete?`)
  process.exit(1)
}
if (read(stamp) !== hash) {
  if (!alreadyThere()) install()
  writeFileSync(stamp, hash)
}
