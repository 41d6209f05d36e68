import { parseSync } from 'libpg-query'
import { SPREAD } from '../../src/db/engine.ts'
import { clusterFindings } from './cluster-lint.ts'
import { all, fieldsOf, isTree, isUnionSide, level, type Tree, walk } from './parse-tree.ts'

/*
 * The rules of a statement that must run on one Postgres today and on a cluster tomorrow, checked on the real parse tree. A finding says
 * which rule and where; `EXCEPTIONS` in the test says which statement may break which rule, and why.
 */
export type Finding = { readonly rule: 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'key' | 'limit'; readonly message: string }

const distributed = (name: string): boolean => name in SPREAD && SPREAD[name as keyof typeof SPREAD].bySpace === 'space_id'

type Named = { readonly table: string; readonly alias: string }
const namedTables = (statement: Tree): readonly Named[] =>
  level(statement, 'RangeVar')
    .concat(isTree(statement['relation']) ? [statement['relation']] : [])
    .map((range) => ({
      table: String(range['relname']),
      alias: String((range['alias'] as Tree | undefined)?.['aliasname'] ?? range['relname']),
    }))
    .filter(({ table }) => distributed(table))

const isParameter = (side: unknown): boolean => {
  if (!isTree(side)) return false
  if ('ParamRef' in side) return true
  const cast = side['TypeCast']
  return isTree(cast) && isParameter(cast['arg'])
}

// The aliases that are held to one space in this level, '' for an unqualified `space_id = $n`.
const heldToSpace = (statement: Tree): ReadonlySet<string> => {
  const held = new Set<string>()
  for (const { name, lexpr, rexpr } of level(statement, 'A_Expr') as readonly {
    name: readonly Tree[]
    lexpr: unknown
    rexpr: unknown
  }[]) {
    if ((name?.[0]?.['String'] as Tree | undefined)?.['sval'] !== '=') continue
    for (const [column, other] of [
      [lexpr, rexpr],
      [rexpr, lexpr],
    ]) {
      if (!isTree(column) || !isTree(column['ColumnRef']) || !isParameter(other)) continue
      const fields = fieldsOf(column['ColumnRef'])
      if (fields.at(-1) === 'space_id') held.add(fields.length > 1 ? String(fields[0]) : '')
    }
  }
  return held
}

const spaceFindings = (statement: Tree): readonly Finding[] => {
  const held = heldToSpace(statement)
  return namedTables(statement)
    .filter(({ alias }) => !held.has(alias) && !held.has(''))
    .map(({ table, alias }) => ({ rule: 'R2' as const, message: `${table} (${alias}) has no "space_id = $n" of its own` }))
}

const VOLATILE = new Set([
  'now',
  'random',
  'gen_random_uuid',
  'uuidv7',
  'uuidv4',
  'clock_timestamp',
  'statement_timestamp',
  'transaction_timestamp',
  'timeofday',
])
const volatileFindings = (tree: Tree): readonly Finding[] =>
  all(tree, 'FuncCall')
    .map((call) => String(((call['funcname'] as readonly Tree[]).at(-1)?.['String'] as Tree | undefined)?.['sval']))
    .filter((name) => VOLATILE.has(name))
    .map((name) => ({ rule: 'R4' as const, message: `${name}() decides per statement: hand it over as a parameter` }))

const writtenTables = (tree: Tree): readonly string[] =>
  ['InsertStmt', 'UpdateStmt', 'DeleteStmt']
    .flatMap((kind) => all(tree, kind))
    .map((write) => String((write['relation'] as Tree)['relname']))

const readTables = (tree: Tree): readonly string[] => {
  const read = [...all(tree, 'RangeVar')].map((range) => String(range['relname']))
  return read
}

// An UPDATE or DELETE may ask its own table in a sub-query (a claim does); a table written by one part must not be read by another part.
const mixedFindings = (tree: Tree): readonly Finding[] => {
  const parts = all(tree, 'CommonTableExpr')
  const found: Finding[] = []
  for (const part of parts) {
    for (const table of writtenTables(part)) {
      const elsewhere =
        readTables(tree).filter((name) => name === table).length - readTables(part).filter((name) => name === table).length
      if (elsewhere > 0 && distributed(table))
        found.push({ rule: 'R6', message: `${table} is written in "${part['ctename']}" and named elsewhere` })
    }
  }
  return found
}

const KEY_COLUMNS = new Set(['space_id'])
const keyFindings = (tree: Tree): readonly Finding[] =>
  all(tree, 'UpdateStmt')
    .flatMap((update) => (update['targetList'] as readonly Tree[]).map((target) => String((target['ResTarget'] as Tree)['name'])))
    .filter((column) => KEY_COLUMNS.has(column))
    .map((column) => ({ rule: 'key' as const, message: `sets the key column ${column}` }))

const shapeFindings = (tree: Tree): readonly Finding[] => {
  const found: Finding[] = []
  if (all(tree, 'GroupingSet').length > 0) found.push({ rule: 'R3', message: 'grouping sets' })
  if (all(tree, 'withClause').some((clause) => clause['recursive'] === true))
    found.push({ rule: 'R3', message: 'a recursive CTE' })
  for (const part of all(tree, 'CommonTableExpr')) {
    const uses = readTables(tree).filter((name) => name === part['ctename']).length
    // A part that writes runs once whatever is said.
    if (uses > 1 && part['ctematerialized'] === 'CTEMaterializeDefault' && writtenTables(part).length === 0) {
      found.push({ rule: 'R3', message: `CTE "${part['ctename']}" is used ${uses} times: say [not] materialized` })
    }
  }
  return found
}

// A nested loop asks it anew for each row, and passes by what it has locked itself: so more are taken than the limit says.
const limitFindings = (tree: Tree): readonly Finding[] =>
  all(tree, 'SubLink').flatMap((link) => {
    const select = (link['subselect'] as Tree | undefined)?.['SelectStmt'] as Tree | undefined
    if (!select || !('limitCount' in select) || !('lockingClause' in select)) return []
    return [{ rule: 'limit' as const, message: 'locks a limited list within a condition: name it in a materialized CTE' }]
  })

const LEVELS = new Set(['SelectStmt', 'UpdateStmt', 'DeleteStmt'])

/** Every finding of one statement's text. */
export const lintQuery = (text: string): readonly Finding[] => {
  const tree = parseSync(text) as unknown as Tree
  const statements: Tree[] = []
  walk(tree, (kind, node) => {
    if (LEVELS.has(kind) || isUnionSide(kind, node)) statements.push(node)
  })
  return [
    ...statements.flatMap(spaceFindings),
    ...volatileFindings(tree),
    ...mixedFindings(tree),
    ...keyFindings(tree),
    ...shapeFindings(tree),
    ...limitFindings(tree),
    ...clusterFindings(tree),
  ]
}
