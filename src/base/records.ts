/** How a file of calls is written: a JSON object a line, or CSV with a first line of names. */
export type FileFormat = 'ndjson' | 'csv'

const NEWLINE = 10
const QUOTE = 34
const COMMA = 44

const closingQuote = (bytes: Uint8Array, from: number): number => {
  for (let at = from; ; ) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote === -1) return -1
    if (bytes[quote + 1] !== QUOTE) return quote + 1
    at = quote + 2
  }
}

/**
 * Where the CSV record that begins at `from` ends: behind its line end. `open`: the bytes end before it does, inside a quoted field.
 * `short`: they end before it does, outside of one, as the last record of a file may.
 */
const csvEnd = (bytes: Uint8Array, from: number): number | 'open' | 'short' => {
  for (let at = from; ; at++) {
    if (bytes[at] === QUOTE) {
      at = closingQuote(bytes, at + 1)
      if (at === -1) return 'open'
    }
    while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== NEWLINE) at++
    if (at >= bytes.length) return 'short'
    if (bytes[at] === NEWLINE) return at + 1
  }
}

/** Where the line that begins at `from` ends: behind its line end, or with the bytes. */
export const lineEnd = (bytes: Uint8Array, from: number): number => {
  const end = bytes.indexOf(NEWLINE, from)
  return end === -1 ? bytes.length : end + 1
}

/** Walks through records: `endOf(from)` is where the one that begins there ends. Goes forwards only, so that it looks at each byte once. */
export const createRecordEnds = (bytes: Uint8Array, format: FileFormat): ((from: number) => number | 'open' | 'short') => {
  let quote = format === 'csv' ? -1 : Infinity
  return (from) => {
    const end = bytes.indexOf(NEWLINE, from)
    if (quote < from) {
      const next = bytes.indexOf(QUOTE, from)
      quote = next === -1 ? Infinity : next
    }
    if (quote < (end === -1 ? bytes.length : end)) return csvEnd(bytes, from)
    return end === -1 ? 'short' : end + 1
  }
}

/** How many of these bytes, which begin with a record, are whole records. */
export const wholeRecords = (bytes: Uint8Array, format: FileFormat): number => {
  if (format === 'ndjson') return bytes.lastIndexOf(NEWLINE) + 1
  const endOf = createRecordEnds(bytes, format)
  for (let at = 0; ; ) {
    const end = endOf(at)
    if (typeof end === 'string') return at
    at = end
  }
}

/** How a file is written, by its name; undefined where it does not say. `packed`: with gzip. */
export const formatOf = (name: string): { readonly format: FileFormat; readonly packed: boolean } | undefined => {
  const [, ending = '', gz] = /\.([a-z]+)(\.gz)?$/i.exec(name) ?? []
  const format = /^(ndjson|jsonl|json)$/i.test(ending) ? 'ndjson' : /^csv$/i.test(ending) ? 'csv' : undefined
  return format && { format, packed: gz !== undefined }
}
