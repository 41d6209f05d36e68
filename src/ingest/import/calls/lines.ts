import { isUtf8 } from 'node:buffer'
import { CsvProblem, csvRecords } from '../../../base/csv.ts'
import { idFrom } from '../../../base/ids.ts'
import { isObject, type Json, type JsonObject, withoutNul } from '../../../base/json.ts'
import { createRecordEnds, type FileFormat, lineEnd } from '../../../base/records.ts'
import type { Arrival } from '../../arrival.ts'
import { MOST_CALL_BYTES } from '../../body.ts'
import { parseCall, type Surroundings } from '../../parse.ts'
import { type Problem, problem } from '../../problems.ts'
import { isNoTime } from '../../time.ts'
import { createCallOfFields } from './header.ts'

/** A call of a file: the line that it begins in, where in the file it ends, and what the check made of it. */
export type Line = { readonly line: number; readonly to: number; readonly arrival: Arrival }

/** Where a part of a file stands, and what it is read for. */
export type Around = {
  readonly sourceId: string
  readonly format: FileFormat
  readonly header: readonly string[]
  readonly receivedAt: Date
  /** Of the part's first byte, and the number of its first line. */
  readonly offset: number
  readonly line: number
}

type Read = { readonly raw: JsonObject } | { readonly problem: Problem }

const broken = (message: string, remedy: string): Read => ({ problem: { code: 'invalid_json', field: '', message, remedy } })

// What a clock said was put right when the call first came in: `timestamp` is the truth of a history, and correcting it again would move all
// of it to today (spec/audiences §2.6, §3.1).
const asHistory = (call: JsonObject): JsonObject => {
  if (call['sentAt'] === undefined && call['originalTimestamp'] === undefined) return call
  const { sentAt: _, originalTimestamp = null, timestamp, ...rest } = call
  return { ...rest, timestamp: timestamp ?? originalTimestamp }
}

// A live call with a time that nobody can read happened about now. One of a file did not, and there is somebody who can write it anew.
const withTime = (raw: JsonObject): Read => (isNoTime(raw['timestamp']) ? { problem: problem('timestamp_unreadable') } : { raw })

const readJson = (text: string): Read => {
  try {
    const value = JSON.parse(withoutNul(text)) as Json
    return isObject(value) ? withTime(asHistory(value)) : broken('is no JSON object', 'write one call a line')
  } catch (error) {
    return broken(`is not JSON (${(error as Error).message})`, 'write one call a line')
  }
}

const csvProblem = (message: string): Read => ({
  problem: { code: 'parse_error', field: '', message, remedy: 'write it as RFC 4180 says' },
})

const createReadCsv = (header: readonly string[]): ((text: string) => Read) => {
  const callOf = createCallOfFields(header)
  return (text) => {
    try {
      const [record] = csvRecords(text)
      const fields = record?.fields ?? []
      if (fields.length !== header.length) return csvProblem(`has ${fields.length} fields and the first line ${header.length}`)
      return withTime(callOf(fields))
    } catch (error) {
      if (error instanceof CsvProblem) return csvProblem(error.message)
      throw error
    }
  }
}

const notUtf8: Read = { problem: { code: 'not_utf8', field: '', message: 'is not UTF-8', remedy: 'save the file as UTF-8' } }

const isBlank = (text: string): boolean => text.trim() === ''

const newlines = (bytes: Buffer, from: number, to: number): number => {
  let count = 0
  for (let at = bytes.indexOf(10, from); at !== -1 && at < to; at = bytes.indexOf(10, at + 1)) count++
  return count
}

type Cut = { readonly to: number; readonly read: Read | undefined; readonly text: string }

// A quotation mark too many would swallow the lines below it: where a record that goes over several lines cannot be read, only its first line
// is refused, and the next one begins below it.
const createCut = (bytes: Buffer, { format, header }: Around): ((from: number) => Cut) => {
  const endOf = createRecordEnds(bytes, format)
  const readCsv = createReadCsv(header)
  const read = format === 'csv' ? readCsv : readJson
  const tooLarge: Read = { problem: problem('item_too_large') }
  return (from) => {
    const end = endOf(from)
    const line = format === 'csv' ? lineEnd(bytes, from) : undefined
    if (end === 'open')
      return { to: line ?? bytes.length, read: csvProblem('a quotation mark is opened and never closed'), text: '' }
    const to = end === 'short' ? bytes.length : end
    if (to - from > MOST_CALL_BYTES) return { to: line ?? to, read: tooLarge, text: '' }
    const text = bytes.toString('utf8', from, to)
    if (isBlank(text)) return { to, read: undefined, text }
    const got = text.includes('\ufffd') && !isUtf8(bytes.subarray(from, to)) ? notUtf8 : read(text)
    return 'problem' in got && line !== undefined && line < to ? { to: line, read: got, text: '' } : { to, read: got, text }
  }
}

/**
 * The calls in a part of a file that begins and ends with a line's. A call without a messageId gets one that follows from its source, its place
 * in the file and its text: the same file, and one that grew at its end, finds what it brought before.
 */
export function* linesIn(bytes: Buffer, around: Around): Generator<Line> {
  const { sourceId, receivedAt, offset } = around
  const cut = createCut(bytes, around)
  let line = around.line
  let [from, text] = [offset === 0 && bytes[0] === 0xef ? 3 : 0, '']
  const surroundings: Surroundings = {
    sourceId,
    receivedAt,
    // Whatever ends the line: the last one of a file that is still written has no end yet.
    newMessageId: () => idFrom('call of a file', sourceId, String(offset + from), text.replace(/\r?\n?$/, '\n')),
  }
  while (from < bytes.length) {
    const { to, read, text: own } = cut(from)
    text = own
    if (read) {
      const arrival: Arrival =
        'raw' in read
          ? { raw: read.raw, parsed: parseCall(read.raw, surroundings), sourceId, receivedAt }
          : { raw: undefined, parsed: { kind: 'problem', messageId: undefined, problem: read.problem }, sourceId, receivedAt }
      yield { line, to: offset + to, arrival }
    }
    line += newlines(bytes, from, to)
    from = to
  }
}
