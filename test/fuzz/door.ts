import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import type pg from 'pg'
import { concurrently } from '../bench/support/post.ts'
import { type Block, type Body, bodiesOf } from './bodies.ts'
import { chanceOf } from './chance.ts'

/** What did not hold, and all it takes to see it again. */
export type Finding = { readonly what: string; readonly body?: Body; readonly answer?: string }

export type Hunt = {
  readonly url: string
  readonly pid: number
  readonly pool: pg.Pool
  readonly spaceId: string
  readonly writeKey: string
  readonly seed: number
  readonly bodies: number
  readonly senders: number
  readonly say: (line: string) => void
  readonly found: (finding: Finding) => void
}

/** A body as a case: one line that `replay` in the tests sends again. */
export const caseOf = ({ method, path, headers, raw }: Body): string =>
  JSON.stringify({ method, path, headers: { ...headers, authorization: undefined }, raw: raw.toString('base64') })

type Answer = { readonly status: number; readonly text: string }

const send = (agent: Agent, url: string, { method, path, headers, raw }: Body): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const length = method === 'POST' ? { 'content-length': String(raw.length) } : {}
    const call = request(new URL(url).origin + path, { method, agent, headers: { ...headers, ...length } }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }))
      answer.once('error', reject)
    })
    call.once('error', reject)
    call.end(raw)
  })

type Answered = { readonly results?: readonly { readonly status: string; readonly messageId?: string; readonly code?: string }[] }

// Strict callers are told 400 of a batch with anything wrong in it, and its sound calls are stored all the same.
const wrongWith = (body: Body, { status, text }: Answer): string | undefined => {
  if (status >= 500 || status < 200) return `answered ${status}`
  if (body.method === 'GET') return undefined
  let said: Answered
  try {
    said = JSON.parse(text) as Answered
  } catch {
    return 'the answer is no JSON'
  }
  for (const mark of body.marks) {
    const result = said.results?.find(({ messageId }) => messageId === mark)
    if (result?.status !== 'stored')
      return `a sound call was ${result ? `${result.status} ${result.code ?? ''}` : `not answered (${status})`}`
  }
  return undefined
}

/** Megabytes of memory that a process holds now. */
export const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024

/** How many of the block's sound calls are there, and how many of them differ: more were stored twice. */
const storedOf = async ({ pool, spaceId }: Hunt, block: Block): Promise<{ readonly all: number; readonly different: number }> => {
  const { rows } = await pool.query<{ all: number; different: number }>(
    'select count(*)::integer as all, count(distinct message_id)::integer as different from event where space_id = $1 and name = $2',
    [spaceId, block.mark],
  )
  return rows[0] ?? { all: 0, different: 0 }
}

const PER_BLOCK = 2_000

/**
 * Sends bodies that nobody should send to a running API, many at a time, and tells what did not hold: every answer is below 500, each sound call
 * beside the others is stored, once. Answers the memory that the process held after each block, in MB.
 */
export const huntAtDoor = async (hunt: Hunt): Promise<readonly number[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: hunt.senders })
  const memory: number[] = []
  let sent = 0
  const began = performance.now()
  for (let number = 0; sent < hunt.bodies; number++) {
    const block: Block = { number, mark: `Mark ${hunt.seed} ${number}`, basic: `Basic ${btoa(`${hunt.writeKey}:`)}` }
    const bodies = bodiesOf(chanceOf(hunt.seed + number * 7_919), block, hunt.seed, Math.min(PER_BLOCK, hunt.bodies - sent))
    const marks = new Set<string>()
    await concurrently(bodies, hunt.senders, async (body) => {
      const answer = await send(agent, hunt.url, body).catch((error: Error) => ({ status: 0, text: error.message }))
      // A server may hang up on a body that is too large before it has read it.
      const hungUp = answer.status === 0 && body.marks.length === 0 && body.raw.length > 500 * 1024
      const wrong = hungUp ? undefined : wrongWith(body, answer)
      if (wrong) hunt.found({ what: wrong, body, answer: answer.text.slice(0, 500) })
      for (const mark of body.marks) marks.add(mark)
    })
    const { all, different } = await storedOf(hunt, block)
    if (all !== marks.size || different !== marks.size)
      hunt.found({ what: `block ${number}: of ${marks.size} sound calls ${all} are stored, ${different} different ones` })
    sent += bodies.length
    memory.push(memoryOf(hunt.pid))
    const rate = Math.round((sent / (performance.now() - began)) * 1_000)
    if (number % 10 === 0 || sent >= hunt.bodies)
      hunt.say(`${sent.toLocaleString('en')} bodies, ${rate} a second, ${Math.round(memory.at(-1) ?? 0)} MB`)
  }
  agent.destroy()
  return memory
}
