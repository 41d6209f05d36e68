import { Invalid } from '../../base/errors.ts'
import { unreachable } from '../../base/must.ts'
import type { Comparison, Expression } from '../../fql/expression.ts'
import { parseFql } from '../../fql/parse.ts'
import { printFql } from '../../fql/print.ts'

const TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const

type Compared = Extract<Expression, { kind: 'compare' }>
const pathOf = (of: Expression): string => (of.kind === 'field' ? of.path.join('.') : '')
const textOf = (of: Expression): string | undefined =>
  of.kind === 'literal' && typeof of.value === 'string' ? of.value : undefined

/** The parts that one word joins, side by side. */
const parts = (of: Expression, kind: 'both' | 'either'): readonly Expression[] =>
  of.kind === kind ? [...parts(of.left, kind), ...parts(of.right, kind)] : [of]

/** `type = "track"`, and `type = "track" or type = "page"`: which types; undefined where it asks anything else. */
const typesOf = (of: Expression): readonly string[] | undefined => {
  const types = parts(of, 'either').map((one) =>
    one.kind === 'compare' && one.by === '=' && pathOf(one.left) === 'type' ? textOf(one.right) : undefined,
  )
  return types.every((type) => type !== undefined) ? (types as readonly string[]) : undefined
}

const BY: Readonly<Record<Comparison, string>> = {
  '=': 'is',
  '!=': 'is not',
  '>': 'is more than',
  '<': 'is less than',
  '>=': 'is at least',
  '<=': 'is at most',
  in: 'is one of',
}

const valueWords = (of: Expression): string => {
  if (of.kind === 'literal')
    return typeof of.value === 'string' ? `“${of.value}”` : of.value === null ? 'nothing' : String(of.value)
  if (of.kind === 'list') return of.items.map(valueWords).join(', ')
  return of.kind === 'field' ? of.path.join('.') : printFql(of)
}

const nameOf = (of: Expression): string => (pathOf(of) === 'event' ? 'the event' : valueWords(of))

const compared = ({ left, by, right }: Compared): string => {
  if (right.kind === 'literal' && right.value === null && (by === '=' || by === '!='))
    return `${nameOf(left)} is ${by === '=' ? 'not there' : 'there'}`
  return `${nameOf(left)} ${BY[by]} ${valueWords(right)}`
}

const called = (name: string, [first, second]: readonly Expression[], of: Expression): string => {
  if (!first || !second) return printFql(of)
  if (name === 'contains') return `${nameOf(first)} contains ${valueWords(second)}`
  return name === 'match' ? `${nameOf(first)} looks like ${valueWords(second)}` : printFql(of)
}

const inner = (of: Expression): string => (of.kind === 'either' ? `(${wordsOf(of)})` : wordsOf(of))

const wordsOf = (of: Expression): string => {
  switch (of.kind) {
    case 'both':
      return `${inner(of.left)} and ${inner(of.right)}`
    case 'either':
      return `${wordsOf(of.left)} or ${wordsOf(of.right)}`
    case 'not':
      return `not (${wordsOf(of.of)})`
    case 'compare':
      return compared(of)
    case 'call':
      return called(of.name, of.values, of)
    case 'field':
      return `${of.path.join('.')} is true`
    case 'literal':
    case 'list':
      return printFql(of)
    default:
      return unreachable(of)
  }
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

const callsOf = (types: readonly string[]): string =>
  TYPES.every((type) => types.includes(type)) ? 'every call' : `${listed(types)} calls`

const sentence = (of: Expression): string => {
  const types = typesOf(of)
  if (types) return callsOf(types)
  if (of.kind === 'compare' && of.by === '!=' && pathOf(of.left) === 'type' && textOf(of.right) === '') return 'every call'
  const all = parts(of, 'both')
  const typed = all.find((part) => typesOf(part))
  const rest = all.filter((part) => part !== typed).map(inner)
  if (typed) return `${callsOf(typesOf(typed) ?? [])} where ${rest.join(' and ')}`
  return `calls where ${wordsOf(of)}`
}

/** A condition in FQL as what it means; or what is wrong with it, and where. */
export type Said = { readonly words: string } | { readonly wrong: string; readonly remedy: string }

/** Which calls an FQL condition is about, in plain words; `all` is every call. */
export const callsInWords = (fql: string): Said => {
  if (fql === 'all') return { words: 'every call' }
  try {
    return { words: sentence(parseFql(fql)) }
  } catch (error) {
    const [problem] = error instanceof Invalid ? error.problems : []
    return { wrong: problem?.message ?? String(error), remedy: problem?.remedy ?? '' }
  }
}
