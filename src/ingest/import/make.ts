import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { crashPoint } from '../../base/crash-point.ts'
import { Unavailable } from '../../base/errors.ts'
import { type JsonObject, storable } from '../../base/json.ts'
import { type Loop, loop } from '../../base/loop.ts'
import type { Db } from '../../db/database.ts'
import { transact } from '../../db/query.ts'
import { ingestCalls } from '../ingest.ts'
import { sentenceOf } from '../problems.ts'
import type { Result } from '../results.ts'
import { type Claimed, ClaimLost, claimImport, finishImport, keepImport, partOf } from './claim.ts'
import { keepRefused, type RefusedLine } from './job.ts'
import { callOfRow, type Row } from './profile-row.ts'
import { identifiersOfSpace } from './start.ts'

const unpack = promisify(gunzip)
const ATTEMPTS = 5

export type ImportContext = {
  readonly db: Db
  readonly now: () => Date
  readonly random: (bytes: number) => Uint8Array
  readonly newClaim: () => string
  /** There is something to evaluate now. */
  readonly told?: () => void
  readonly signal?: AbortSignal
}

/** The line of a call and what became of it, where it was not taken. */
export const refusedOf = (line: number, result: Result | undefined): readonly RefusedLine[] => {
  if (result?.status === 'dropped') return [{ line, code: result.code, message: storable(sentenceOf(result)) }]
  if (result?.status === 'filtered') return [{ line, code: 'filtered', message: 'the call says itself that it is not for here' }]
  return []
}

const NOBODY = { code: 'no_identifier', message: 'every identifier of this row is blank: fill in one of them' }

const doPart = async (context: ImportContext, job: Claimed, part: number, content: Buffer, refused: number): Promise<number> => {
  const { db, now, random } = context
  const rows = JSON.parse((await unpack(content)).toString('utf8')) as readonly Row[]
  const identifiers = await identifiersOfSpace(db, job.spaceId, job.startedAt)
  const around = { ...job, importId: job.id, identifiers }
  const calls: { readonly line: number; readonly call: JsonObject }[] = []
  const lines: RefusedLine[] = []
  for (const row of rows) {
    const call = callOfRow(around, row)
    if (call) calls.push({ line: row.line, call })
    else lines.push({ line: row.line, ...NOBODY })
  }
  const results = await ingestCalls(
    db,
    job,
    calls.map(({ call }) => call),
    { receivedAt: now(), random },
  )
  lines.push(...calls.flatMap(({ line }, at) => refusedOf(line, results[at])))
  crashPoint('ingest.import_part')
  await transact(db, async (tx) => {
    await keepImport(tx, job, { part, taken: rows.length - lines.length, refused: lines.length, now: now() })
    await keepRefused(tx, job.spaceId, job.id, refused, lines)
  })
  context.told?.()
  return lines.length
}

const doParts = async (context: ImportContext, job: Claimed): Promise<void> => {
  let { reached, refused } = job
  for (;;) {
    context.signal?.throwIfAborted()
    const content = await partOf(context.db, job, reached)
    if (!content) return
    refused += await doPart(context, job, reached++, content, refused)
  }
}

const attempt = async (context: ImportContext, job: Claimed): Promise<void> => {
  const { db, now } = context
  try {
    if (job.attempts > ATTEMPTS) throw new Error(`the worker died ${ATTEMPTS} times over the same rows`)
    await doParts(context, job)
    await finishImport(db, job, now())
  } catch (error) {
    // Whoever stops or loses the database leaves the claim to lapse, and another goes on with the part that is not done.
    if (error instanceof ClaimLost || context.signal?.aborted) return
    if (error instanceof Unavailable) throw error
    const why = error instanceof Error ? error.message : String(error)
    await finishImport(db, job, now(), `unexpected_error: ${why}. What was taken before stays; send the file again.`)
  }
}

/** Does one file that waits; answers whether there was one. */
export const makeNextImport = async (context: ImportContext): Promise<boolean> => {
  const job = await claimImport(context.db, context.newClaim(), context.now())
  if (job) await attempt(context, job)
  return job !== undefined
}

/** Imports in a worker, one at a time: looks every second whether one waits. */
export const importLoop = (context: Omit<ImportContext, 'signal'>, failed: (error: unknown) => void): Loop => {
  const stopping = new AbortController()
  const running = loop(1_000, () => makeNextImport({ ...context, signal: stopping.signal }), failed)
  return {
    wake: running.wake,
    stop: async () => {
      stopping.abort()
      await running.stop()
    },
  }
}
