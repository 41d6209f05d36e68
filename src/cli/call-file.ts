import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Invalid } from '../base/errors.ts'
import { createRecordEnds, type FileFormat, formatOf, wholeRecords } from '../base/records.ts'

/** A file of calls on this machine. `header`: the first line of CSV, with its line end. */
export type LocalFile = {
  readonly path: string
  readonly format: FileFormat
  readonly packed: boolean
  readonly bytes: number
  readonly fingerprint: string
  readonly header: string | undefined
}

const PIECE_BYTES = 4 * 1024 * 1024
// Twice as many without any record's end go as they are: the API says what is wrong with them.
const MOST_BYTES = 2 * PIECE_BYTES
const LONGEST_HEADER = 65_536

const unreadable = (path: string, message: string): Invalid => new Invalid('cli', [{ field: path, message }])

const openContent = (path: string, packed: boolean, start: number): Readable => {
  const file = createReadStream(path, { start: packed ? 0 : start, highWaterMark: 1024 * 1024 })
  if (!packed) return file
  const unpacked = createGunzip({ chunkSize: 1024 * 1024 })
  file.once('error', (error) => unpacked.destroy(error))
  return file.pipe(unpacked)
}

/** The content of a file from its beginning, unpacked. @throws Invalid where it cannot be unpacked. */
const contentOf = async function* (path: string, packed: boolean, start = 0): AsyncGenerator<Buffer> {
  try {
    yield* openContent(path, packed, start) as AsyncIterable<Buffer>
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!code?.startsWith('Z_')) throw error
    throw unreadable(path, `cannot be unpacked (${message}): pack it anew; what was taken of it is known again`)
  }
}

const fingerprintOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

const headerOf = async (path: string, packed: boolean): Promise<string> => {
  let bytes = Buffer.alloc(0)
  for await (const chunk of contentOf(path, packed)) {
    bytes = Buffer.concat([bytes, chunk])
    const end = createRecordEnds(bytes, 'csv')(0)
    if (typeof end === 'number') return bytes.toString('utf8', 0, end)
    if (bytes.length > LONGEST_HEADER) break
  }
  throw unreadable(path, 'has no first line of names with calls below it')
}

/** Looks at a file of calls. @throws Invalid where it cannot be read, or its name does not say how it is written. */
export const openCallFile = async (path: string): Promise<LocalFile> => {
  const kind = formatOf(path)
  if (!kind) throw unreadable(path, 'is none of .ndjson, .jsonl, .csv, or one of these with .gz')
  try {
    const { size } = await stat(path)
    const [fingerprint, header] = [
      await fingerprintOf(path),
      kind.format === 'csv' ? await headerOf(path, kind.packed) : undefined,
    ]
    return { path, ...kind, bytes: size, fingerprint, header }
  } catch (error) {
    if (error instanceof Invalid) throw error
    throw unreadable(path, `cannot be read: ${(error as Error).message}`)
  }
}

/** Bytes from `offset` of the unpacked content, which begin and end with a line. */
export type Piece = { readonly offset: number; readonly bytes: Buffer; readonly last: boolean }

const rest = async function* (file: LocalFile, offset: number): AsyncGenerator<Buffer> {
  let skip = file.packed ? offset : 0
  for await (const chunk of contentOf(file.path, file.packed, offset)) {
    const from = Math.min(skip, chunk.length)
    skip -= from
    if (from < chunk.length) yield from === 0 ? chunk : chunk.subarray(from)
  }
}

const cutAt = (bytes: Buffer, format: FileFormat): number => {
  const whole = wholeRecords(bytes, format)
  if (whole > 0 || bytes.length < MOST_BYTES) return whole
  return bytes.lastIndexOf(10) + 1 || bytes.length
}

/** The pieces of a file from a byte of its unpacked content on; the last one may be empty. */
export async function* piecesFrom(file: LocalFile, start: number): AsyncGenerator<Piece> {
  let [chunks, length, offset] = [[] as Buffer[], 0, start]
  for await (const chunk of rest(file, start)) {
    chunks.push(chunk)
    length += chunk.length
    if (length < PIECE_BYTES) continue
    const bytes = Buffer.concat(chunks)
    const cut = cutAt(bytes, file.format)
    if (cut > 0) yield { offset, bytes: bytes.subarray(0, cut), last: false }
    offset += cut
    chunks = [bytes.subarray(cut)]
    length = bytes.length - cut
  }
  yield { offset, bytes: Buffer.concat(chunks), last: true }
}

/** How many bytes the file has unpacked, where that is known before it is read. */
export const unpackedBytes = async ({ path, packed, bytes }: LocalFile): Promise<number | undefined> => {
  if (!packed) return bytes
  // The last four bytes of gzip say it, below 4 GB.
  const handle = await open(path)
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, Math.max(0, bytes - 4))
    const said = buffer.readUInt32LE()
    return bytes < 300 * 1024 * 1024 && said > bytes ? said : undefined
  } finally {
    await handle.close()
  }
}
