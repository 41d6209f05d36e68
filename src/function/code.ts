import { type Node, parse } from 'acorn'
import type { Problem } from '../base/errors.ts'

/** Code of at most so many characters is kept: Segment's editor takes 100 KB. */
export const LONGEST_CODE = 100_000

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** The first node of a kind in a tree. */
const findIn = (node: Node, type: string): Node | undefined => {
  if (node.type === type) return node
  for (const value of Object.values(node))
    for (const inside of Array.isArray(value) ? value : [value]) {
      const found = isNode(inside) ? findIn(inside, type) : undefined
      if (found) return found
    }
  return undefined
}

/** Where something is in code: lines and columns count from 1. */
export const placeAt = (line: number, column: number): string => `line ${line}, column ${column}`

const problem = (message: string, remedy: string): readonly Problem[] => [{ field: 'code', message, remedy }]

// A module that code asks for is refused with an object that is not of its world: no code that could ask for one is ever run.
const importProblem = (code: string, tree: Node): readonly Problem[] => {
  const found = findIn(tree, 'ImportExpression')
  if (!found) return []
  const before = code.slice(0, found.start).split('\n')
  const where = placeAt(before.length, (before.at(-1)?.length ?? 0) + 1)
  return problem(`${where}: import() is not available`, 'use what is there: fetch, crypto, URL, cache and the language itself')
}

/** What is wrong with code before it is run: its syntax, with line and column, and what is not available. */
export const problemsOfCode = (code: string): readonly Problem[] => {
  if (code.length > LONGEST_CODE) return problem(`has more than ${LONGEST_CODE} characters`, 'shorten it')
  try {
    return importProblem(code, parse(code, { ecmaVersion: 'latest', sourceType: 'script' }))
  } catch (error) {
    const { message, loc } = error as { message: string; loc?: { line: number; column: number } }
    if (!loc) return problem('cannot be read', 'nest it less deeply')
    const said = message.replace(/ \(\d+:\d+\)$/, '')
    const remedy = /import|export/.test(said) ? 'write one script: nothing can be imported' : 'correct it'
    return problem(`${placeAt(loc.line, loc.column + 1)}: ${said}`, remedy)
  }
}
