import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { isDeeperThan, isObject, type Json, type JsonObject, withoutNul } from '../base/json.ts'

export const MOST_CALL_BYTES = 32 * 1024
export const MOST_BATCH_BYTES = 500 * 1024
export const MOST_BATCH_CALLS = 2_500
/** How deep a call may be nested. */
export const MOST_LEVELS = 64

/** What a body holds, or why it cannot be read: the two cases in which Segment itself answers 400 (spec/audiences §2.5). */
export type Body =
  | { readonly kind: 'body'; readonly value: JsonObject; readonly bytes: number }
  | { readonly kind: 'too_large' | 'invalid_json' }

const isGzip = (raw: Buffer): boolean => raw[0] === 0x1f && raw[1] === 0x8b

// The limit counts what comes out, and stops it from coming out: a small file may unpack to gigabytes.
const unpack = (raw: Buffer, encoding: string | undefined, most: number): Buffer => {
  const options = { maxOutputLength: most + 1 }
  if (isGzip(raw)) return gunzipSync(raw, options)
  if (encoding === 'deflate') return inflateSync(raw, options)
  if (encoding === 'br') return brotliDecompressSync(raw, options)
  return raw
}

const parse = (text: string): Json | undefined => {
  try {
    return JSON.parse(withoutNul(text.startsWith('\ufeff') ? text.slice(1) : text)) as Json
  } catch {
    return undefined
  }
}

/** Reads a tracking body of at most `most` bytes after unpacking, whatever content type it claims: SDKs send JSON as plain text and as forms. */
export const readBody = (raw: Buffer, encoding: string | undefined, most: number): Body => {
  let bytes: Buffer
  try {
    bytes = unpack(raw, encoding, most)
  } catch (error) {
    return { kind: (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'invalid_json' }
  }
  if (bytes.length > most) return { kind: 'too_large' }
  const value = parse(bytes.toString('utf8'))
  return isObject(value) ? { kind: 'body', value, bytes: bytes.length } : { kind: 'invalid_json' }
}

// What is nested too deeply to be written out has no size here: the check of the call says what is wrong with it.
const bytesOf = (value: unknown): number => {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '')
  } catch {
    return 0
  }
}

/**
 * What a batch says for all of its items, where an item may be as large and as deep: what none of them could hold is left out, so that no sound
 * item is lost for it.
 */
export const sharedBy = (value: Json | undefined): JsonObject | undefined =>
  isObject(value) && !isDeeperThan(MOST_LEVELS - 1, value) && bytesOf(value) <= MOST_CALL_BYTES ? value : undefined

/** Says of the items of a batch of so many bytes which are larger than one call may be, with what the batch says for all of them. */
export const tooLargeIn = (bytes: number, shared: readonly (JsonObject | undefined)[]): ((item: Json) => boolean) => {
  // Only a body that is larger itself can hold one.
  if (bytes <= MOST_CALL_BYTES) return () => false
  const beside = shared.reduce((sum, one) => sum + (one ? bytesOf(one) : 0), 0)
  return (item) => beside + bytesOf(item) > MOST_CALL_BYTES
}
