import { crashPoint } from '../../../base/crash-point.ts'
import { Refused } from '../../../base/errors.ts'
import { must } from '../../../base/must.ts'
import type { Db } from '../../../db/database.ts'
import { transact } from '../../../db/query.ts'
import { type Arrival, dropOf } from '../../arrival.ts'
import { recordDrops } from '../../drop.ts'
import { isAboutData } from '../../gather.ts'
import { type Batch, judgeBatch, storeHistory } from '../../ingest.ts'
import { problem } from '../../problems.ts'
import { droppedResult, type Result } from '../../results.ts'
import type { Taken } from '../../tally.ts'
import { type ImportJob, importOf, type RefusedLine } from '../job.ts'
import { refusedOf } from '../make.ts'
import { type CallFile, callFileOf, type Done, finishCalls, formatOfFile, keepCalls, MovedOn } from './job.ts'
import { type Line, linesIn } from './lines.ts'

/** Calls of one transaction. Of 500 to 4,000 each costs about the same; of more, other calls would wait longer for the processor. */
const TOGETHER = 2_000

export type TakeContext = {
  readonly db: Db
  readonly now: () => Date
  readonly random: (bytes: number) => Uint8Array
  /** Told of each transaction when it is there: for the catalogue, and for those who evaluate. */
  readonly told: (sourceId: string, taken: Taken) => void
}

/** Bytes of a file from `offset`, which begin and end with a line; `last` where nothing comes behind them. */
export type Piece = { readonly offset: number; readonly bytes: Buffer; readonly last: boolean }

/** Lines that go together into the database: from which byte to which of the file, blank lines and all. */
type Part = {
  readonly lines: readonly Line[]
  readonly from: number
  readonly to: number
  /** The number of its first line, and how many it has. */
  readonly line: number
  readonly count: number
}

const newlinesIn = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++
  return count
}

function* partsOf(file: CallFile, { offset, bytes }: Piece, receivedAt: Date): Generator<Part> {
  let [lines, from, line] = [[] as Line[], offset, file.lines + 1]
  const around = { sourceId: file.sourceId, format: formatOfFile(file), header: file.header, receivedAt, offset, line }
  const part = (to: number): Part => {
    const made = { lines, from, to, line, count: newlinesIn(bytes.subarray(from - offset, to - offset)) }
    lines = []
    from = to
    line += made.count
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

const dropOnly = async ({ context, spaceId, file }: Work, part: Part, only: Line): Promise<void> => {
  const { parsed } = only.arrival
  const messageId = parsed.kind === 'call' ? parsed.call.messageId : undefined
  await transact(context.db, async (tx) => {
    await recordDrops(tx, spaceId, [dropOf(only.arrival, problem('bad_request'), messageId)])
    await keepCalls(tx, spaceId, file.id, doneOf(part, [droppedResult(messageId, problem('bad_request'))]))
  })
}

const halves = (part: Part): readonly [Part, Part] => {
  const half = part.lines.length >> 1
  const middle = must(part.lines[half], 'the first line of the second half')
  const before = middle.line - part.line
  return [
    { ...part, lines: part.lines.slice(0, half), to: middle.from, count: before },
    { ...part, lines: part.lines.slice(half), from: middle.from, line: middle.line, count: part.count - before },
  ]
}

// One call that Postgres does not take spoils its whole transaction: halves are tried until it is alone.
const storePart = async (work: Work, part: Part, batch: Batch): Promise<void> => {
  const { context, spaceId, file } = work
  try {
    const { results, omittedOf, itemOf } = await storeHistory(context.db, spaceId, batch, {
      random: context.random,
      beside: (tx, became) => keepCalls(tx, spaceId, file.id, doneOf(part, became)),
    })
    crashPoint('import.part_stored')
    context.told(file.sourceId, { arrivals: arrivalsOf(part), results, omittedOf, itemOf, past: true })
  } catch (error) {
    if (!isAboutData(error)) throw error
    const [only] = part.lines
    if (only && part.lines.length === 1) return dropOnly(work, part, only)
    for (const half of halves(part)) await storePart(work, half, await judgePart(work, half))
  }
}

const judgePart = ({ context, spaceId }: Work, part: Part): Promise<Batch> =>
  judgeBatch(context.db, spaceId, arrivalsOf(part), context.now())

// While the database stores one part, the next one is read and asked about.
const takeParts = async (work: Work, piece: Piece): Promise<void> => {
  let storing: Promise<void> = Promise.resolve()
  for (const part of partsOf(work.file, piece, work.context.now())) {
    const batch = await judgePart(work, part)
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
