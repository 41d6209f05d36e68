import { crashPoint } from '../../../base/crash-point.ts'
import { Refused } from '../../../base/errors.ts'
import type { Db } from '../../../db/database.ts'
import { transact } from '../../../db/query.ts'
import type { Arrival } from '../../arrival.ts'
import { storeInLanes } from '../../history.ts'
import { type Batch, judgeBatch } from '../../ingest.ts'
import type { Result } from '../../results.ts'
import type { Taken } from '../../tally.ts'
import { type ImportJob, importOf, type RefusedLine } from '../job.ts'
import { refusedOf } from '../make.ts'
import { type CallFile, callFileOf, type Done, finishCalls, formatOfFile, keepAhead, keepCalls, MovedOn } from './job.ts'
import { type Line, linesIn } from './lines.ts'

/** Calls of a part. Of 1,000 to 8,000 each costs about the same; of more, other calls would wait longer for the processor. */
const TOGETHER = 4_000

export type TakeContext = {
  readonly db: Db
  readonly now: () => Date
  readonly random: (bytes: number) => Uint8Array
  /** Told of each part when it is there: for the catalogue, and for those who evaluate. */
  readonly told: (sourceId: string, taken: Taken) => void
}

/** Bytes of a file from `offset`, which begin and end with a line; `last` where nothing comes behind them. */
export type Piece = { readonly offset: number; readonly bytes: Buffer; readonly last: boolean }

/** Lines that go together into the database: from which byte to which of the file, blank lines and all. */
type Part = {
  readonly lines: readonly Line[]
  readonly from: number
  readonly to: number
  /** How many lines of the file. */
  readonly count: number
}

const newlinesIn = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++
  return count
}

function* partsOf(file: CallFile, { offset, bytes }: Piece, receivedAt: Date): Generator<Part> {
  let [lines, from] = [[] as Line[], offset]
  const around = {
    sourceId: file.sourceId,
    format: formatOfFile(file),
    header: file.header,
    receivedAt,
    offset,
    line: file.lines + 1,
  }
  const part = (to: number): Part => {
    const made = { lines, from, to, count: newlinesIn(bytes.subarray(from - offset, to - offset)) }
    lines = []
    from = to
    return made
  }
  for (const one of linesIn(bytes, around)) {
    lines.push(one)
    if (lines.length === TOGETHER) yield part(one.to)
  }
  if (from < offset + bytes.length) yield part(offset + bytes.length)
}

const doneOf = ({ lines, from, to, count }: Part, results: readonly Result[]): Done => {
  const statuses = results.map(({ status }) => status)
  const refused: RefusedLine[] = lines.flatMap(({ line }, at) => refusedOf(line, results[at]))
  const among = (status: Result['status']): number => statuses.filter((one) => one === status).length
  return { from, to, lines: count, taken: among('stored'), duplicates: among('duplicate'), refused }
}

type Work = { readonly context: TakeContext; readonly spaceId: string; readonly file: CallFile }
const arrivalsOf = ({ lines }: Part): readonly Arrival[] => lines.map(({ arrival }) => arrival)

const storePart = async ({ context, spaceId, file }: Work, part: Part, batch: Batch): Promise<void> => {
  const { results, omittedOf, itemOf } = await storeInLanes(context.db, spaceId, batch, {
    random: context.random,
    ahead: (tx, stored) => keepAhead(tx, spaceId, file.id, part.from, stored),
  })
  crashPoint('import.part_stored')
  await transact(context.db, (tx) => keepCalls(tx, spaceId, file.id, doneOf(part, results)))
  crashPoint('import.part_kept')
  context.told(file.sourceId, { arrivals: arrivalsOf(part), results, omittedOf, itemOf, past: true })
}

// While the database stores one part, the next one is read and asked about.
const takeParts = async (work: Work, piece: Piece): Promise<void> => {
  const { context, spaceId, file } = work
  let storing: Promise<void> = Promise.resolve()
  for (const part of partsOf(file, piece, context.now())) {
    const batch = await judgeBatch(context.db, spaceId, arrivalsOf(part), context.now())
    await storing
    storing = storePart(work, part, batch)
    storing.catch(() => {})
  }
  await storing
}

const movedOn = ({ reached, status }: ImportJob): Refused =>
  new Refused('import_moved_on', `This file is ${status === 'RUNNING' ? `at byte ${reached}` : 'done'}: read it from there.`)

/**
 * Takes a piece of a file of calls through the same judgement as calls that come by the tracking API. When it answers, the piece is done and
 * survives any crash; what a crash in the middle leaves undone begins at the byte that the import says. @throws Refused 409 where the file is
 * somewhere else than this piece.
 */
export const takePiece = async (context: TakeContext, spaceId: string, id: string, piece: Piece): Promise<ImportJob> => {
  const { db } = context
  const file = await callFileOf(db, spaceId, id)
  if (file.status !== 'RUNNING' || file.reached !== piece.offset) throw movedOn(file)
  try {
    await takeParts({ context, spaceId, file }, piece)
  } catch (error) {
    if (error instanceof MovedOn) throw movedOn(await importOf(db, spaceId, id))
    throw error
  }
  if (piece.last) await finishCalls(db, spaceId, id, piece.offset + piece.bytes.length, context.now())
  return importOf(db, spaceId, id)
}
