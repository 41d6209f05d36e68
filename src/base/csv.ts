/** A text that is not CSV: what is wrong in which line (the first is 1). */
export class CsvProblem extends Error {
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** One record and the line that it begins in; a quoted field may hold line ends, so the next record's line says how many it took. */
export type CsvRecord = { readonly line: number; readonly fields: readonly string[] }

type Place = { readonly text: string; at: number; line: number }

const isEnd = (code: number): boolean => code === 10 || code === 13 || Number.isNaN(code)

const quoted = (place: Place): string => {
  const { text, line } = place
  let value = ''
  let from = place.at + 1
  for (;;) {
    const close = text.indexOf('"', from)
    if (close === -1) throw new CsvProblem(line, 'a quotation mark is opened and never closed')
    value += text.slice(from, close)
    if (text.charCodeAt(close + 1) !== 34) {
      place.at = close + 1
      for (let end = value.indexOf('\n'); end !== -1; end = value.indexOf('\n', end + 1)) place.line++
      if (text[place.at] !== ',' && !isEnd(text.charCodeAt(place.at)))
        throw new CsvProblem(place.line, 'after a closing quotation mark comes neither a comma nor the end of the line')
      return value
    }
    value += '"'
    from = close + 2
  }
}

const bare = (place: Place): string => {
  const { text, at } = place
  let end = at
  for (let code = text.charCodeAt(end); code !== 44 && !isEnd(code); code = text.charCodeAt(++end))
    if (code === 34) throw new CsvProblem(place.line, 'a quotation mark stands inside a field that does not begin with one')
  place.at = end
  return text.slice(at, end)
}

/**
 * The records of a CSV text (RFC 4180, strictly): fields in quotation marks may hold commas, line ends and doubled quotation marks. Lines end
 * with CR LF, LF or CR; the last one may lack its end. @throws CsvProblem while it is read.
 */
export function* csvRecords(text: string): Generator<CsvRecord> {
  const place: Place = { text, at: text.startsWith('\ufeff') ? 1 : 0, line: 1 }
  while (place.at < text.length) {
    const { line } = place
    const fields: string[] = []
    for (;;) {
      fields.push(text[place.at] === '"' ? quoted(place) : bare(place))
      if (text[place.at] !== ',') break
      place.at++
    }
    place.at += text[place.at] === '\r' && text[place.at + 1] === '\n' ? 2 : 1
    place.line++
    yield { line, fields }
  }
}
