import { Buffer } from 'node:buffer'
import { createHash, createHmac, randomUUID } from 'node:crypto'

type Part = readonly [encoding: BufferEncoding, text: string]
const bytesOf = ([encoding, text]: Part): Buffer => Buffer.from(text, encoding)
const ENCODINGS: ReadonlySet<string> = new Set(['hex', 'base64', 'base64url', 'latin1'])

const hash = (algorithm: string, key: Part | null, parts: readonly Part[], encoding: string): string => {
  if (!ENCODINGS.has(encoding)) throw new TypeError(`"${encoding}" is none of hex, base64 and base64url`)
  const made = key ? createHmac(algorithm, bytesOf(key)) : createHash(algorithm)
  for (const part of parts) made.update(bytesOf(part))
  return made.digest().toString(encoding as BufferEncoding)
}

const NAMES = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const
const partsOf = (url: URL): Record<string, string> => Object.fromEntries(NAMES.map((name) => [name, url[name]]))

const changed = (href: string, name: string, value: string): Record<string, string> => {
  const url = new URL(href)
  if (name !== 'origin' && (NAMES as readonly string[]).includes(name)) Reflect.set(url, name, value)
  return partsOf(url)
}

/** What a world asks for that is computed outside of it: texts in, JSON out. */
const WANTED: Readonly<Record<string, (...given: never[]) => unknown>> = {
  btoa: (text: string) => btoa(text),
  atob: (text: string) => atob(text),
  uuid: () => randomUUID(),
  hash,
  url: (href: string, base: string | null) => partsOf(base === null ? new URL(href) : new URL(href, base)),
  'url-set': changed,
  query: (text: string) => [...new URLSearchParams(text)],
  'query-text': (pairs: [string, string][]) => new URLSearchParams(pairs).toString(),
}

/** Whether something is computed here. */
export const isWanted = (what: string): boolean => Object.hasOwn(WANTED, what)

/** Computes it: `{"ok": …}`, or `{"wrong": "why"}`. Never throws. */
export const compute = (what: string, text: string): string => {
  try {
    const given = JSON.parse(text) as never[]
    return JSON.stringify({ ok: WANTED[what]?.(...given) })
  } catch (error) {
    return JSON.stringify({ wrong: error instanceof Error ? error.message : 'cannot be computed' })
  }
}
