import { CsvProblem, type CsvRecord, csvRecords } from '../../base/csv.ts'
import { Invalid, type Problem } from '../../base/errors.ts'

export const MOST_FILE_BYTES = 100 * 1024 * 1024
const MOST_ROWS = 1_000_000
const MOST_COLUMNS = 299

/** Why a file is refused as a whole: the failures that Segment tells apart (spec/audiences §20.2). */
export type Failure =
  | 'wrong_type'
  | 'empty_file'
  | 'parse_error'
  | 'empty_header'
  | 'too_many_rows'
  | 'too_many_columns'
  | 'too_large'
  | 'spaces_in_header'
  | 'duplicate_headers'
  | 'invalid_characters'
  | 'missing_identifier'
  | 'unexpected_error'

/** A file of people that passed the check. Its records are read anew each time. */
export type ProfileFile = {
  readonly header: readonly string[]
  readonly rows: number
  readonly records: () => Generator<CsvRecord>
}

type Found = Problem & { readonly failure: Failure }
const found = (failure: Failure, field: string, message: string, remedy: string): Found => ({ failure, field, message, remedy })

const refuse = (problems: readonly Found[]): never => {
  throw new Invalid(
    `import_${problems[0]?.failure ?? 'unexpected_error'}`,
    problems.map(({ failure: _, ...problem }) => problem),
  )
}

// ASCII but for what steers a terminal, and the accented letters of Latin.
const ALLOWED = /^[\x20-\x7e\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]*$/

const nameProblems = (name: string, column: number, earlier: number): readonly Found[] => {
  const field = `line 1, column ${column}`
  if (name.trim() === '') return [found('empty_header', field, 'has no name', 'name every column in the first line')]
  const problems: Found[] = []
  if (name !== name.trim() || name.includes('  '))
    problems.push(found('spaces_in_header', field, `"${name}" begins or ends with a space, or has two in a row`, 'take them out'))
  if (earlier > 0)
    problems.push(
      found('duplicate_headers', field, `"${name}" is the name of column ${earlier}, too`, 'give each column a name of its own'),
    )
  if (!ALLOWED.test(name))
    problems.push(
      found(
        'invalid_characters',
        field,
        `"${name}" has characters that a name may not have`,
        'use letters, digits and punctuation',
      ),
    )
  return problems
}

const headerProblems = (header: readonly string[], identifiers: ReadonlySet<string>): readonly Found[] => {
  if (header.every((name) => name.trim() === ''))
    return [found('empty_header', 'line 1', 'names no column', 'name every column in the first line')]
  if (header.length > MOST_COLUMNS)
    return [found('too_many_columns', 'line 1', `has ${header.length} columns`, `send at most ${MOST_COLUMNS}`)]
  const first = new Map<string, number>()
  const problems = header.flatMap((name, at) => {
    const earlier = first.get(name) ?? 0
    if (earlier === 0) first.set(name, at + 1)
    return nameProblems(name, at + 1, earlier)
  })
  if (header.some((name) => identifiers.has(name))) return problems
  const known = [...identifiers].join(', ')
  return [
    ...problems,
    found('missing_identifier', 'line 1', 'has no column that says who it is', `name one column like one of: ${known}`),
  ]
}

const isBlank = ({ fields }: CsvRecord): boolean => fields.length === 1 && fields[0] === ''

function* rowsOf(text: string): Generator<CsvRecord> {
  let isHeader = true
  for (const record of csvRecords(text)) {
    if (!isHeader && !isBlank(record)) yield record
    isHeader = false
  }
}

const textOf = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse([found('parse_error', 'file', 'is not text in UTF-8', 'save it as CSV in UTF-8')])
  }
}

const countRows = (text: string, columns: number): number => {
  let rows = 0
  for (const { line, fields } of rowsOf(text)) {
    if (fields.length !== columns)
      refuse([
        found(
          'parse_error',
          `line ${line}`,
          `has ${fields.length} fields and the first line ${columns}`,
          'give each line as many',
        ),
      ])
    if (++rows > MOST_ROWS)
      refuse([
        found('too_many_rows', `line ${line}`, `is beyond ${MOST_ROWS} rows`, 'split the file and send one after the other'),
      ])
  }
  return rows
}

const checked = (text: string, identifiers: ReadonlySet<string>): ProfileFile => {
  const [first] = csvRecords(text)
  const header = first?.fields ?? []
  const problems = headerProblems(header, identifiers)
  if (problems.length > 0) refuse(problems)
  const rows = countRows(text, header.length)
  if (rows === 0) refuse([found('empty_file', 'file', 'has a first line and nothing below it', 'send at least one row')])
  return { header, rows, records: () => rowsOf(text) }
}

/**
 * Reads a file of people and checks it as a whole (spec/audiences §20.2): at least one row, at most 1,000,000 rows, 299 columns and 100 MB.
 * `bytes` may be cut where they are too many. @throws Invalid with every problem of the first line, or the first of the others.
 */
export const readProfileFile = (name: string, bytes: Buffer, identifiers: ReadonlySet<string>): ProfileFile => {
  if (!/\.csv$/i.test(name)) return refuse([found('wrong_type', 'file', `"${name}" does not end in .csv`, 'send a CSV file')])
  if (bytes.length > MOST_FILE_BYTES)
    return refuse([found('too_large', 'file', 'is larger than 100 MB', 'split it and send one after the other')])
  if (bytes.every((byte) => byte <= 32))
    return refuse([found('empty_file', 'file', 'is empty', 'send a first line and at least one row')])
  try {
    return checked(textOf(bytes), identifiers)
  } catch (error) {
    if (!(error instanceof CsvProblem)) throw error
    return refuse([found('parse_error', `line ${error.line}`, error.message, 'write it as RFC 4180 says')])
  }
}
