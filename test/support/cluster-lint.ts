import { SPREAD } from '../../src/db/engine.ts'
import { all, children, fieldsOf, isTree, isUnionSide, level, type Tree } from './parse-tree.ts'
import type { Finding } from './query-lint.ts'

/*
 * What a cluster refuses, or does by moving rows between its nodes, when one space is spread by profile: joins over another column than the
 * one that tables are spread by, statements that write two tables, waiting for rows that lie on many nodes. Checked on every statement that
 * any test runs, compiled conditions included, on ordinary Postgres.
 */

type Named = { readonly table: string; readonly alias: string }

const spreadOf = (table: string): string | undefined => {
  const spread = SPREAD[table as keyof typeof SPREAD]
  return spread === undefined || spread.byProfile === 'reference' ? undefined : spread.byProfile
}

/** Tables whose rows of one profile lie on one node have one group; so have those spread by a text. */
const groupOf = (table: string): string => {
  const column = spreadOf(table)
  if (column === 'profile_id' || table === 'profile') return 'profile'
  return column === 'value' || column === 'address' || column === 'message_id' ? 'text' : table
}

const isSpread = (table: string): boolean => spreadOf(table) !== undefined

const tablesOf = (statement: Tree): readonly Named[] =>
  level(statement, 'RangeVar')
    .concat(isTree(statement['relation']) ? [statement['relation']] : [])
    .map((range) => ({
      table: String(range['relname']),
      alias: String((range['alias'] as Tree | undefined)?.['aliasname'] ?? range['relname']),
    }))
    .filter(({ table }) => isSpread(table))

const parameterOf = (side: unknown): string | undefined => {
  if (!isTree(side)) return undefined
  if (isTree(side['ParamRef'])) return 'a parameter'
  return isTree(side['TypeCast']) ? parameterOf((side['TypeCast'] as Tree)['arg']) : undefined
}

// What one side of an equality stands for: an alias, when it is the column that the alias is spread by; a parameter; or nothing of interest.
const standsFor = (side: unknown, tables: readonly Named[]): string | undefined => {
  if (!isTree(side) || !isTree(side['ColumnRef'])) return parameterOf(side)
  const [alias, column] = fieldsOf(side['ColumnRef'] as Tree)
  if (column === undefined) return undefined
  const named = tables.find((each) => each.alias === alias)
  if (named) return column === spreadOf(named.table) ? alias : undefined
  return column === 'profile_id' || column === 'id' ? alias : undefined
}

/** Aliases that equalities of this level hold together, one name each. */
const together = (statement: Tree, tables: readonly Named[]): ((alias: string) => string) => {
  const parents = new Map<string, string>()
  const find = (alias: string): string => {
    const parent = parents.get(alias)
    return parent === undefined || parent === alias ? alias : find(parent)
  }
  for (const equality of level(statement, 'A_Expr')) {
    const operator = ((equality['name'] as readonly Tree[])?.[0]?.['String'] as Tree | undefined)?.['sval']
    if (equality['kind'] !== 'AEXPR_OP' || operator !== '=') continue
    const [left, right] = [standsFor(equality['lexpr'], tables), standsFor(equality['rexpr'], tables)]
    if (left !== undefined && right !== undefined) parents.set(find(left), find(right))
  }
  return find
}

const joinFindings = (statement: Tree): readonly Finding[] => {
  const tables = tablesOf(statement)
  const groups = [...new Set(tables.map(({ table }) => groupOf(table)))]
  if (groups.length > 1)
    return [{ rule: 'R3', message: `joins ${tables.map(({ table }) => table).join(', ')}, which are spread differently` }]
  const find = together(statement, tables)
  const apart = new Set(tables.map(({ alias }) => find(alias)))
  return apart.size > 1
    ? [
        {
          rule: 'R3',
          message: `joins ${tables.map(({ table }) => table).join(', ')} over another column than they are spread by`,
        },
      ]
    : []
}

const writeFindings = (tree: Tree): readonly Finding[] => {
  const tables = ['InsertStmt', 'UpdateStmt', 'DeleteStmt']
    .flatMap((kind) => all(tree, kind))
    .map((write) => String((write['relation'] as Tree)['relname']))
    .filter(isSpread)
  return new Set(tables).size > 1 ? [{ rule: 'R6', message: `writes ${tables.join(' and ')} in one statement` }] : []
}

/** Where a table of this level is held to one value of the column that it is spread by, its rows are on one node. */
const isHeld = (statement: Tree, { table, alias }: Named): boolean =>
  level(statement, 'A_Expr').some((equality) => {
    if (equality['kind'] !== 'AEXPR_OP') return false
    return [
      [equality['lexpr'], equality['rexpr']],
      [equality['rexpr'], equality['lexpr']],
    ].some(([column, other]) => {
      if (!isTree(column) || !isTree(column['ColumnRef']) || parameterOf(other) === undefined) return false
      const fields = fieldsOf(column['ColumnRef'] as Tree)
      return fields.at(-1) === spreadOf(table) && (fields.length === 1 || fields[0] === alias)
    })
  })

const lockFindings = (statement: Tree): readonly Finding[] => {
  const waits = children(statement).some(([key]) => key === 'lockingClause')
  const loose = waits ? tablesOf(statement).filter((named) => !isHeld(statement, named)) : []
  return loose.map(({ table }) => ({ rule: 'R5', message: `locks rows of ${table} on many nodes` }))
}

const LEVELS = new Set(['SelectStmt', 'UpdateStmt', 'DeleteStmt', 'InsertStmt'])

/** What a cluster that spreads a space by profile would refuse about a statement, or move rows for. */
export const clusterFindings = (tree: Tree): readonly Finding[] => {
  const statements: Tree[] = []
  const visit = (node: Tree): void => {
    for (const [kind, child] of children(node)) {
      if (LEVELS.has(kind) || isUnionSide(kind, child)) statements.push(child)
      visit(child)
    }
  }
  visit(tree)
  return [...statements.flatMap(joinFindings), ...statements.flatMap(lockFindings), ...writeFindings(tree)]
}
