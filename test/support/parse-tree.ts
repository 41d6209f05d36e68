/* Walking the tree that Postgres' own parser makes of a statement. */

export type Tree = { readonly [key: string]: unknown }
export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null
export const children = (tree: Tree): readonly (readonly [string, Tree])[] =>
  Object.entries(tree).flatMap(([key, value]) => (isTree(value) ? [[key, value] as const] : []))

export const walk = (tree: Tree, visit: (kind: string, node: Tree) => void): void => {
  for (const [kind, node] of children(tree)) {
    visit(kind, node)
    walk(node, visit)
  }
}

/** Every node of a kind, at any depth. */
export const all = (tree: Tree, wanted: string): readonly Tree[] => {
  const found: Tree[] = []
  walk(tree, (kind, node) => {
    if (kind === wanted) found.push(node)
  })
  return found
}

const NESTED = new Set(['SelectStmt', 'SubLink', 'RangeSubselect', 'CommonTableExpr', 'InsertStmt', 'UpdateStmt', 'DeleteStmt'])
/** A side of a union is a level too; the parser gives it no kind of its own. */
export const isUnionSide = (kind: string, node: Tree): boolean => (kind === 'larg' || kind === 'rarg') && 'op' in node
/** The nodes of a kind that belong to this query level: not those of sub-queries, which are levels of their own. */
export const level = (tree: Tree, wanted: string): readonly Tree[] =>
  children(tree).flatMap(([kind, node]) => {
    if (kind === wanted) return [node]
    return NESTED.has(kind) || isUnionSide(kind, node) ? [] : level(node, wanted)
  })

/** The parts of a column's name: `p.id` is `['p', 'id']`. */
export const fieldsOf = (column: Tree): readonly string[] =>
  (column['fields'] as readonly Tree[]).map(
    (field) => ((field['String'] as Tree | undefined)?.['sval'] as string | undefined) ?? '*',
  )
