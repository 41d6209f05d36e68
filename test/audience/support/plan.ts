/** A node of what `explain (format json)` answers. */
export type Plan = {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Parent Relationship'?: string
  readonly 'Subplan Name'?: string
  readonly Filter?: string
  readonly Plans?: readonly Plan[]
}

export const nodesOf = (node: Plan): readonly Plan[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

// These keep what they have read, so that it is not read again.
const KEEPS = new Set(['Materialize', 'Memoize', 'Hash', 'Sort', 'Incremental Sort', 'CTE Scan'])

const scanned = (node: Plan): readonly string[] => {
  if (KEEPS.has(node['Node Type'])) return []
  const own = node['Node Type'] === 'Seq Scan' && node['Relation Name'] !== undefined ? [node['Relation Name']] : []
  return [...own, ...(node.Plans ?? []).flatMap(scanned)]
}

const said = (plan: Plan): string => JSON.stringify({ ...plan, Plans: undefined })

/** Tables that are read from one end to the other once for each row of something else: inside of a nested loop, or by a sub-select that is not hashed. */
export const rereadWhole = (plan: Plan): readonly string[] => {
  const children = plan.Plans ?? []
  const loops = plan['Node Type'] === 'Nested Loop' ? children.filter((each) => each['Parent Relationship'] === 'Inner') : []
  const asked = children.filter(
    (each) =>
      each['Parent Relationship'] === 'SubPlan' && !said(plan).includes(`hashed ${each['Subplan Name']?.replace(/^CTE .*/, '')}`),
  )
  return [...[...loops, ...asked].flatMap(scanned), ...children.flatMap(rereadWhole)]
}
