import { useSyncExternalStore } from 'react'
import { createRecordEnds, type FileFormat, formatOf, wholeRecords } from '../../base/records.ts'
import { type Api, ApiFailure } from '../api.ts'
import type { Import } from './wire.ts'

/** A file of calls that this browser sends: how far it is, and what stopped it. It goes on while one looks at other screens. */
export type Sending = {
  readonly name: string
  readonly import?: Import
  /** Calls a second since it began here. */
  readonly speed: number
  readonly problem?: ApiFailure
  readonly done: boolean
}

const PIECE_BYTES = 2 * 1024 * 1024
const LONGEST_HEADER = 65_536
const WAIT_MS = 1_000
const TRIES = 30

let sending: Sending | undefined
const listeners = new Set<() => void>()
const tell = (next: Sending | undefined): void => {
  sending = next
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What this browser sends now, or sent last. */
export const useSending = (): Sending | undefined => useSyncExternalStore(subscribe, () => sending)

type Kind = { readonly format: FileFormat; readonly packed: boolean }

const contentOf = (file: File, packed: boolean, start: number): ReadableStream<Uint8Array> =>
  packed
    ? file.stream().pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>)
    : file.slice(start).stream()

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

async function* chunksFrom(file: File, packed: boolean, start: number): AsyncGenerator<Uint8Array> {
  let skip = packed ? start : 0
  const reader = contentOf(file, packed, start).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const from = Math.min(skip, value.length)
    skip -= from
    if (from < value.length) yield value.subarray(from)
  }
}

const headerOf = async (file: File, { packed }: Kind): Promise<string> => {
  let bytes: Uint8Array = new Uint8Array()
  for await (const chunk of chunksFrom(file, packed, 0)) {
    bytes = joined(bytes, chunk)
    const end = createRecordEnds(bytes, 'csv')(0)
    // The mark that some programs write first belongs to the line, so that its bytes are counted.
    if (typeof end === 'number') return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end))
    if (bytes.length > LONGEST_HEADER) break
  }
  throw new ApiFailure(0, 'no_header', 'The file has no first line of names with calls below it.')
}

type Piece = { readonly offset: number; readonly bytes: Uint8Array; readonly last: boolean }

async function* piecesFrom(file: File, { format, packed }: Kind, start: number): AsyncGenerator<Piece> {
  let bytes: Uint8Array = new Uint8Array()
  let offset = start
  for await (const chunk of chunksFrom(file, packed, start)) {
    bytes = joined(bytes, chunk)
    if (bytes.length < PIECE_BYTES) continue
    const whole = wholeRecords(bytes, format)
    const cut = whole === 0 && bytes.length > 2 * PIECE_BYTES ? bytes.length : whole
    if (cut > 0) yield { offset, bytes: bytes.subarray(0, cut), last: false }
    offset += cut
    bytes = bytes.subarray(cut)
  }
  yield { offset, bytes, last: true }
}

type Answer = { readonly data: { readonly import: Import } }

const announce = async (api: Api, file: File, kind: Kind): Promise<Import> => {
  const body = {
    name: file.name,
    bytes: file.size,
    fingerprint: `browser ${file.name} ${file.size} ${file.lastModified}`.slice(0, 200),
    ...(kind.format === 'csv' ? { header: await headerOf(file, kind) } : {}),
  }
  return (await api.call<Answer>('POST', '/imports/calls', body)).data.import
}

const isPassing = (error: unknown): boolean =>
  error instanceof ApiFailure && (error.status === 0 || error.status === 409 || error.status === 429 || error.status >= 500)

const takenIn = ({ progress: { taken, duplicates, refused } }: Import): number => taken + duplicates + refused

const sendPieces = async (api: Api, file: File, kind: Kind, from: Import, told: (job: Import) => void): Promise<void> => {
  for await (const { offset, bytes, last } of piecesFrom(file, kind, from.progress.reached)) {
    const path = `/imports/calls/${from.importId}/pieces?offset=${offset}&last=${last}`
    told((await api.upload<Answer>(path, new Blob([new Uint8Array(bytes)]))).data.import)
  }
}

// Where Usher is away for a moment, it goes on from where it is by then.
const sendAll = async (api: Api, file: File, kind: Kind, told: (job: Import) => void): Promise<void> => {
  let job = await announce(api, file, kind)
  told(job)
  for (let tries = 0; job.status === 'RUNNING'; ) {
    try {
      await sendPieces(api, file, kind, job, (next) => {
        tries = 0
        job = next
        told(next)
      })
    } catch (error) {
      if (!isPassing(error) || ++tries > TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
      job = (await api.get<Answer>(`/imports/${job.importId}`).catch(() => ({ data: { import: job } }))).data.import
    }
  }
}

const failureOf = (error: unknown): ApiFailure =>
  error instanceof ApiFailure ? error : new ApiFailure(0, 'failed', `The file cannot be read: ${String(error)}`)

/** Sends a file of calls in pieces, from where it stopped if it was sent before; answers when it is done or cannot go on. */
export const sendCalls = async (api: Api, file: File): Promise<void> => {
  const kind = formatOf(file.name)
  const begun: Sending = { name: file.name, speed: 0, done: false }
  tell(begun)
  const started = performance.now()
  let before: number | undefined
  const told = (job: Import): void => {
    before ??= takenIn(job)
    const seconds = (performance.now() - started) / 1_000
    tell({ ...begun, import: job, speed: seconds > 0 ? (takenIn(job) - before) / seconds : 0, done: job.status !== 'RUNNING' })
  }
  try {
    if (!kind) throw new ApiFailure(0, 'wrong_type', `“${file.name}” is none of .ndjson, .jsonl, .csv, or one of these with .gz.`)
    await sendAll(api, file, kind, told)
  } catch (error) {
    tell({ ...(sending ?? begun), problem: failureOf(error), done: true })
  }
}
