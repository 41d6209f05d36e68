import { unreachable } from '../base/must.ts'
import type { Expression } from './expression.ts'

const STRONG = { either: 0, both: 1, compare: 2 } as const
const strengthOf = ({ kind }: Expression): number => (kind in STRONG ? STRONG[kind as keyof typeof STRONG] : 3)

const textOf = (value: string): string => `'${value.replaceAll(/[\\']/g, '\\$&')}'`

// A first letter with a backslash before it makes a field of what would be a number, a constant or an operator.
const fieldOf = (path: readonly string[]): string => {
  const text = path.map((segment) => segment.replaceAll(/[^\w-]/g, '\\$&')).join('.')
  return /^(-?\d|(true|false|null|and|or|in)$)/.test(text) ? `\\${text}` : text
}

const inside = (expression: Expression, least: number): string => {
  const text = printFql(expression)
  return strengthOf(expression) < least ? `(${text})` : text
}

/** Writes an expression as FQL: parsed again, it is the same expression. */
export const printFql = (expression: Expression): string => {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string' ? textOf(expression.value) : String(expression.value)
    case 'list':
      return `[${expression.items.map(printFql).join(', ')}]`
    case 'field':
      return fieldOf(expression.path)
    case 'not':
      return `!${inside(expression.of, 3)}`
    case 'both':
      return `${inside(expression.left, 1)} and ${inside(expression.right, 2)}`
    case 'either':
      return `${inside(expression.left, 0)} or ${inside(expression.right, 1)}`
    case 'compare':
      return `${inside(expression.left, 3)} ${expression.by} ${inside(expression.right, 3)}`
    case 'call':
      return `${expression.name}(${expression.values.map(printFql).join(', ')})`
    default:
      return unreachable(expression)
  }
}
