import { crashPoint } from '../base/crash-point.ts'
import { Invalid, Misconfigured, Refused, Unavailable } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { transact } from '../db/query.ts'
import { type Claimed, ClaimLost, holdClaim, release } from './claim.ts'
import { asKnown, duplicate, identifierAt, type Shape, shapeOf, tooManyRows, traitsOf } from './contract.ts'
import { limitsOf, type SqlTraitLimits } from './limits.ts'
import { mayRepeat } from './preview.ts'
import type { Reader, Values } from './reader.ts'
import { beginRun, forgetRuns, type Run, setDone, setFailed, setRead, type Tally } from './runs.ts'
import { clearStaged, type Record, stage, stagedAmong, TOO_LARGE, writeChanges } from './staging.ts'
import { type Telling, tell } from './tell.ts'
import { nextTime } from './times.ts'
import { inWarehouse, type Reach } from './warehouse.ts'

/** What a run needs. `signal` stops it between two steps; it goes on where it was when it is claimed again. */
export type RunContext = Telling & { readonly reach: Reach; readonly signal: AbortSignal }

class Stopped extends Error {}

const ROWS_AT_ONCE = 1_000

const recordOf = (shape: Shape, row: Values): Record => {
  const { owner, member } = shape
  const traits = JSON.stringify(traitsOf(shape, row))
  return {
    owner: `${owner.type}:${asKnown(owner.type, identifierAt(row, owner.place, owner.type))}`,
    member: member === undefined ? '' : identifierAt(row, member, 'user_id'),
    hash: sha256(traits).slice(0, 32),
    traits,
  }
}

const repeatedIn = async ({ db }: RunContext, claimed: Claimed, records: readonly Record[]): Promise<string> => {
  const owners = records.map(({ owner }) => owner)
  const here = owners.find((owner, place) => owners.indexOf(owner) !== place)
  return here ?? (await stagedAmong(db, claimed, records))[0] ?? owners[0] ?? ''
}

const stageRows = async (context: RunContext, claimed: Claimed, shape: Shape, records: readonly Record[]): Promise<void> => {
  if (records.length === 0) return
  const added = await stage(context.db, claimed, records)
  if (added === records.length || mayRepeat(shape)) return
  const owner = await repeatedIn(context, claimed, records)
  throw duplicate(shape.owner.type, owner.slice(owner.indexOf(':') + 1))
}

// Too large to be told, but there: what was told of it before stays.
const within =
  ({ recordBytes }: SqlTraitLimits) =>
  (record: Record): Record =>
    Buffer.byteLength(record.traits) > recordBytes ? { ...record, hash: TOO_LARGE, traits: '' } : record

type Read = { readonly traits: readonly string[]; readonly rows: number; readonly discarded: number }

/** Reads the whole answer, a thousand rows at a time, and puts it aside. */
const readAll = async (context: RunContext, claimed: Claimed, reader: Reader, limits: SqlTraitLimits): Promise<Read> => {
  let [rows, discarded] = [0, 0]
  let shape: Shape | undefined
  for await (const answer of reader.read(claimed.query, ROWS_AT_ONCE)) {
    shape ??= shapeOf(answer.columns, limits)
    const known = shape
    rows += answer.rows.length
    if (rows > limits.rows) throw tooManyRows(limits.rows)
    const records = answer.rows.map((row) => recordOf(known, row))
    const large = records.filter(({ traits }) => Buffer.byteLength(traits) > limits.recordBytes)
    discarded += large.length
    await stageRows(context, claimed, known, large.length === 0 ? records : records.map(within(limits)))
    crashPoint('sql_trait.staged')
  }
  return { traits: shape?.traits.map(({ column }) => column.name) ?? [], rows, discarded }
}

const compare = (context: RunContext, claimed: Claimed, run: Run, read: Read): Promise<Run> =>
  transact(context.db, async (tx) => {
    await holdClaim(tx, claimed)
    const tally: Tally = { ...(await writeChanges(tx, claimed)), rows: read.rows, discarded: read.discarded }
    await clearStaged(tx, claimed)
    await setRead(tx, claimed, run.number, read.traits, tally)
    return { ...run, phase: 'telling', traits: read.traits }
  })

const begin = (context: RunContext, claimed: Claimed): Promise<Run> =>
  transact(context.db, async (tx) => {
    await holdClaim(tx, claimed)
    return beginRun(tx, claimed, context.now())
  })

const readAndCompare = async (context: RunContext, claimed: Claimed, run: Run): Promise<Run> => {
  const { db, reach, signal } = context
  const limits = await limitsOf(db, claimed.spaceId)
  await clearStaged(db, claimed)
  const { statementSeconds, readSeconds } = limits
  const read = await inWarehouse(
    db,
    claimed.spaceId,
    claimed.warehouseId,
    { ...reach, signal },
    { statementSeconds, readSeconds },
    (reader) => readAll(context, claimed, reader, limits),
  )
  const compared = await compare(context, claimed, run, read)
  crashPoint('sql_trait.compared')
  return compared
}

const finish = (context: RunContext, claimed: Claimed, run: Run): Promise<void> =>
  transact(context.db, async (tx) => {
    await holdClaim(tx, claimed)
    await setDone(tx, claimed, run, context.now())
    await forgetRuns(tx, claimed, run.number)
    await release(tx, claimed, nextTime(claimed.times, context.now()))
  })

const MOST_ATTEMPTS = 5
const RETRY_MS = 300_000
const AGAIN_MS = 30_000

// Who did not answer is asked again soon, a few times; what is wrong stays so until its next time, or until somebody repairs it.
const failed = async (
  { db, now }: RunContext,
  claimed: Claimed,
  run: Run,
  error: Error & { readonly id: string },
): Promise<void> => {
  const scheduled = nextTime(claimed.times, now())
  const again = error instanceof Unavailable && claimed.attempts + 1 < MOST_ATTEMPTS
  const soon = new Date(now().getTime() + RETRY_MS)
  await clearStaged(db, claimed)
  await setFailed(db, claimed, run.number, { code: error.id, message: error.message }, now())
  await release(db, claimed, again && soon < scheduled ? soon : scheduled, again ? claimed.attempts + 1 : 0)
}

const isOurs = (error: unknown): error is Invalid | Refused | Unavailable | Misconfigured =>
  error instanceof Invalid || error instanceof Refused || error instanceof Unavailable || error instanceof Misconfigured

// Our own database is away: nothing can be written down, and the claim lapses by itself.
const isOurDatabase = (error: unknown): boolean => error instanceof Unavailable && error.id === 'database_away'

/**
 * Runs a SQL trait: reads the answer, compares it with the last one, and tells the rows that changed (spec/audiences §8). A failed read tells
 * nothing and is kept with its reason. A run that was broken off while it told goes on telling. Answers whether it ended well.
 */
export const runSqlTrait = async (context: RunContext, claimed: Claimed): Promise<boolean> => {
  const stopped = (): void => {
    if (context.signal.aborted) throw new Stopped('the worker stops')
  }
  let run: Run | undefined
  try {
    run = await begin(context, claimed)
    if (run.phase === 'reading') run = await readAndCompare(context, claimed, run)
    await tell(context, claimed, run, stopped)
    await finish(context, claimed, run)
    return true
  } catch (error) {
    if (error instanceof ClaimLost) return false
    const about = run?.phase === 'reading' && isOurs(error) && !isOurDatabase(error) ? error : undefined
    if (context.signal.aborted) await release(context.db, claimed, context.now(), claimed.attempts)
    else if (run && about) await failed(context, claimed, run, about)
    else await release(context.db, claimed, new Date(context.now().getTime() + AGAIN_MS), claimed.attempts)
    if (context.signal.aborted || about) return false
    throw error
  }
}
