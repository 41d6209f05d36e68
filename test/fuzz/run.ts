import { appendFileSync, mkdtempSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connect } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import { administrate, startPostgres } from '../../src/dev/postgres.ts'
import { LIMIT_NAMES } from '../../src/space/limit.ts'
import { createSource, createSpace, createToken } from '../../src/space/space.ts'
import { startPart } from '../support/parts.ts'
import { huntAtApi } from './api.ts'
import { caseOf, type Finding, huntAtDoor } from './door.ts'
import type { Asked } from './routes.ts'

/*
 * `npm run fuzz -- [--bodies 1000000] [--asks 100] [--seed n] [--senders 16]`: an API process of its own on a database of its own. First each route
 * is asked so many times, then the front door is sent so many bodies; until 20 things did not hold. Each is told with what showed it; bodies are
 * again in the file that is named at the end.
 */

const { values } = parseArgs({
  options: {
    bodies: { type: 'string', default: '1000000' },
    asks: { type: 'string', default: '100' },
    seed: { type: 'string' },
    senders: { type: 'string', default: '16' },
  },
})
const seed = values.seed === undefined ? Date.now() % 2_147_483_647 : Number(values.seed)
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const MOST_MB = 600
const MOST = 20

say(`seed ${seed}: npm run fuzz -- --seed ${seed} sends the same`)
const folder = mkdtempSync(join(tmpdir(), 'usher-fuzz-'))
const cases = join(tmpdir(), `usher-fuzz-${seed}.jsonl`)
await chmod(folder, 0o755)
const server = await startPostgres(folder, { flags: ['fsync=off', 'max_wal_size=8GB', 'shared_buffers=1GB'] })
let findings = 0
const found = ({ what, body, answer }: Finding): void => {
  // Those that are under way when enough is found are of no use.
  if (findings >= MOST) return
  findings++
  say(`✗ ${what}${body ? ` · ${body.what} ${body.path.slice(0, 200)}` : ''}${answer ? ` · ${answer}` : ''}`)
  if (body) appendFileSync(cases, `${caseOf(body)}\n`)
  if (findings === MOST) throw new Error('that is enough')
}
try {
  await administrate(server.url('postgres'), 'create database fuzz')
  const { db, pool, close } = connect(server.url('fuzz'))
  await migrate(db)
  const now = new Date()
  await createSpace(db, { id: 'spa_fuzz', slug: 'fuzz', name: 'Fuzz' }, now)
  await createSource(db, { spaceId: 'spa_fuzz', id: 'src', name: 'Fuzz', kind: 'web', writeKey: 'fuzz' }, now)
  await createToken(db, { spaceId: 'spa_fuzz', name: 'fuzz', secret: 'token_fuzz' }, now)
  // Of its own: what all routes are asked may switch off a source, or filter away what comes in.
  const door = { spaceId: 'spa_door', writeKey: 'fuzz_door' }
  await createSpace(db, { id: door.spaceId, slug: 'door', name: 'Door' }, now)
  await createSource(db, { ...door, id: 'src_door', name: 'Door', kind: 'web' }, now)
  const limits = LIMIT_NAMES.map((name) => `${name}=none`).join(',')
  const api = await startPart('api', { DATABASE_URL: server.url('fuzz'), USHER_LOG: 'fatal', USHER_LIMITS: limits })
  try {
    const hunt = { url: api.url, spaceId: 'spa_fuzz', writeKey: 'fuzz', seed, senders: Number(values.senders) }
    const wrong = (what: string, { method, path, body }: Asked): void =>
      found({ what: `${what} · ${method} ${path} ${body ?? ''}` })
    const asked = await huntAtApi({ ...hunt, token: 'token_fuzz', times: Number(values.asks), found: wrong })
    say(`${asked.toLocaleString('en')} questions to all routes`)
    const memory = await huntAtDoor({ ...hunt, ...door, pid: api.pid, pool, bodies: Number(values.bodies), say, found })
    const [most, last] = [Math.max(...memory), memory.at(-1) ?? 0]
    say(
      `memory: ${Math.round(memory[0] ?? 0)} MB after the first block, ${Math.round(last)} after the last, ${Math.round(most)} at most`,
    )
    if (most > MOST_MB) found({ what: `the API held ${Math.round(most)} MB, more than ${MOST_MB}` })
  } finally {
    await api.stop()
    await close()
  }
} catch (error) {
  findings++
  say(`✗ ${error instanceof Error ? error.stack : error}`)
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
say(
  findings === 0
    ? `${Number(values.bodies).toLocaleString('en')} bodies: everything held`
    : `${findings} findings, bodies in ${cases}`,
)
process.exit(findings === 0 ? 0 : 1)
