import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { stringify } from 'csv-stringify/sync'
import { crashPoint } from '../../base/crash-point.ts'
import { Unavailable } from '../../base/errors.ts'
import { type Loop, loop } from '../../base/loop.ts'
import type { Db } from '../../db/database.ts'
import { transact } from '../../db/query.ts'
import { addPart, type Claimed, ClaimLost, claimExport, clearParts, dropExpired, finishExport, keepExport } from './claim.ts'
import { type Lines, linesOf } from './layout.ts'
import { pageOf, type Read, snapshotOf, widthsOf } from './read.ts'

const compress = promisify(gzip)
const PAGE = 2_000
const ATTEMPTS = 5
const KEPT_MS = 24 * 3_600_000

export type ExportContext = {
  readonly db: Db
  readonly now: () => Date
  readonly newClaim: () => string
  /** People a page; what is held in memory at once. */
  readonly page?: number
  readonly signal?: AbortSignal
}
type Made = { readonly snapshotAt: Date; readonly people: number }

const csvOf = (lines: readonly (readonly string[])[]): string => stringify(lines.map((line) => [...line]))

const writePart = async ({ db, now }: ExportContext, job: Claimed, part: number, csv: string, people: number): Promise<void> => {
  const content = await compress(csv)
  await transact(db, async (tx) => {
    await keepExport(tx, job, people, now())
    await addPart(tx, job, part, content)
  })
  crashPoint('audience.export_part')
}

const writePages = async (context: ExportContext, job: Claimed, tx: Db, read: Read, lines: Lines): Promise<number> => {
  const count = context.page ?? PAGE
  let [people, part, after] = [0, 1, undefined as string | undefined]
  for (;;) {
    context.signal?.throwIfAborted()
    const page = await pageOf(tx, read, after, count)
    if (page.length === 0) return people
    people += page.length
    after = page.at(-1)?.id
    await writePart(context, job, part++, csvOf(page.flatMap(lines.linesOf)), people)
  }
}

// One snapshot for all pages: the transaction that reads only reads, parts are written beside it.
const make = (context: ExportContext, job: Claimed): Promise<Made> =>
  context.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const read = { spaceId: job.spaceId, kind: job.kind, id: job.computationId, request: job.request }
      const snapshotAt = await snapshotOf(tx, read)
      if (!snapshotAt) throw new Error('it was deleted, or was never computed: there is nothing to export')
      const lines = linesOf(job.kind, job.request, await widthsOf(tx, read))
      await writePart(context, job, 0, csvOf([lines.header]), 0)
      return { snapshotAt, people: await writePages(context, job, tx, read, lines) }
    })

const attempt = async (context: ExportContext, job: Claimed): Promise<void> => {
  const { db, now } = context
  try {
    if (job.attempts > ATTEMPTS) throw new Error(`the worker died ${ATTEMPTS} times while it made this file`)
    await clearParts(db, job)
    const made = await make(context, job)
    await finishExport(db, job, { now: now(), ...made, expiresAt: new Date(now().getTime() + KEPT_MS) })
  } catch (error) {
    // Whoever stops or loses the database leaves the claim to lapse, and another begins anew.
    if (error instanceof ClaimLost || context.signal?.aborted) return
    if (error instanceof Unavailable) throw error
    await finishExport(db, job, { now: now(), error: error instanceof Error ? error.message : String(error) })
    await clearParts(db, job)
  }
}

/** Makes one file that waits, and drops files that are over; answers whether there was one. */
export const makeNextExport = async (context: ExportContext): Promise<boolean> => {
  const job = await claimExport(context.db, context.newClaim(), context.now())
  if (job) await attempt(context, job)
  return (await dropExpired(context.db, context.now())) || job !== undefined
}

/** Exports in a worker, one at a time: looks every second whether one waits. */
export const exportLoop = (context: Omit<ExportContext, 'signal'>, failed: (error: unknown) => void): Loop => {
  const stopping = new AbortController()
  const running = loop(1_000, () => makeNextExport({ ...context, signal: stopping.signal }), failed)
  return {
    wake: running.wake,
    stop: async () => {
      stopping.abort()
      await running.stop()
    },
  }
}
