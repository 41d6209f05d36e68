import { type CsvRecord, csvRecords } from '../../../base/csv.ts'
import { Invalid, type Problem } from '../../../base/errors.ts'
import type { Json, JsonObject } from '../../../base/json.ts'
import { traitOf } from '../profile-row.ts'

// Fields of a call that are texts, whatever they look like, and those that hold a tree.
const TEXTS: ReadonlySet<string> = new Set([
  'type',
  'messageId',
  'userId',
  'anonymousId',
  'timestamp',
  'event',
  'name',
  'category',
  'groupId',
  'previousId',
])
const TREES: ReadonlySet<string> = new Set(['properties', 'traits', 'context', 'integrations'])
const MOST_COLUMNS = 700

const KNOWN = [...TEXTS].join(', ')
// Where a path would write into what all objects share.
const isReserved = (path: string): boolean => /(^|\.)(__proto__|constructor|prototype)(\.|$)/.test(path)

const columnProblem = (path: string, header: readonly string[], at: number): Omit<Problem, 'field'> | undefined => {
  const [first = '', ...rest] = path.split('.')
  if (path === '') return { message: 'has no name', remedy: 'name every column in the first line' }
  if (path.includes('\ufffd')) return { message: `"${path}" is not UTF-8`, remedy: 'save the file as UTF-8' }
  if (header.indexOf(path) < at) return { message: `"${path}" is there twice`, remedy: 'give each column a name of its own' }
  if (isReserved(path) || rest.includes(''))
    return { message: `"${path}" is no path`, remedy: 'write it like properties.revenue' }
  if (TEXTS.has(path) || TREES.has(first)) return undefined
  return {
    message: `"${path}" is no field of a call`,
    remedy: `name it like one of ${KNOWN}, or with properties., traits. or context. before it`,
  }
}

/**
 * Reads the first line of a CSV file of calls: dotted paths into a call, such as `properties.revenue`. @throws Invalid with every column that
 * is wrong, and where nothing says what the calls are or who called.
 */
export const readHeader = (text: string): readonly string[] => {
  let first: CsvRecord | undefined
  try {
    ;[first] = csvRecords(text)
  } catch (error) {
    throw new Invalid('import_header', [
      { field: 'line 1', message: (error as Error).message, remedy: 'write it as RFC 4180 says' },
    ])
  }
  const header = (first?.fields ?? []).map((name) => name.trim())
  const problems: Problem[] = header.flatMap((path, at) => {
    const problem = columnProblem(path, header, at)
    return problem ? [{ field: `line 1, column ${at + 1}`, ...problem }] : []
  })
  if (header.length > MOST_COLUMNS)
    problems.push({ field: 'line 1', message: `has ${header.length} columns`, remedy: `send at most ${MOST_COLUMNS}` })
  if (!header.includes('type'))
    problems.push({
      field: 'line 1',
      message: 'has no column "type"',
      remedy: 'say in each line identify, track, page, screen, group or alias',
    })
  if (!header.includes('userId') && !header.includes('anonymousId'))
    problems.push({
      field: 'line 1',
      message: 'has neither a column userId nor one anonymousId',
      remedy: 'name whom each call is about',
    })
  if (problems.length > 0) throw new Invalid('import_header', problems)
  return header
}

// A cell that is written like a list or a tree and is one; everything else as in files of people.
const valueIn = (cell: string): Json => {
  if (!/^[[{]/.test(cell)) return traitOf(cell)
  try {
    return JSON.parse(cell) as Json
  } catch {
    return cell
  }
}

type Tree = { [key: string]: Json | Tree }
type Write = (call: Tree, cell: string) => void

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const writeAt =
  (path: readonly string[], last: string): Write =>
  (call, cell) => {
    let here = call
    for (const key of path) {
      const inside = here[key]
      const tree: Tree = isTree(inside) ? inside : {}
      here[key] = tree
      here = tree
    }
    here[last] = valueIn(cell)
  }

const writerOf = (column: string): Write => {
  if (TEXTS.has(column))
    return (call, cell) => {
      call[column] = cell
    }
  const keys = column.split('.')
  return writeAt(keys.slice(0, -1), keys.at(-1) ?? column)
}

/** Makes calls of the lines below a header. A blank cell says nothing. */
export const createCallOfFields = (header: readonly string[]): ((fields: readonly string[]) => JsonObject) => {
  const writers = header.map(writerOf)
  return (fields) => {
    const call: Tree = {}
    for (const [at, write] of writers.entries()) {
      const cell = fields[at]?.trim() ?? ''
      if (cell !== '') write(call, cell)
    }
    return call as JsonObject
  }
}
