import { Invalid } from '../base/errors.ts'

/** A word of an expression and where it begins, counted in characters from 0. */
export type Token = { readonly at: number } & (
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'path'; readonly path: readonly string[]; readonly plain: string }
  | { readonly kind: 'end' }
)

export const MOST_BYTES = 5 * 1024

/** What is wrong with an expression, with the place marked: `character 9, at "»oops"`. */
export const wrongAt = (source: string, at: number, message: string, remedy: string): Invalid => {
  const around = `${source.slice(Math.max(0, at - 20), at)}»${source.slice(at, at + 20)}`
  return new Invalid('invalid_fql', [{ field: 'if', message: `character ${at + 1} ("${around}"): ${message}`, remedy }])
}

const SIGN = /!=|>=|<=|[=<>!(),[\]]/y
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w\\.-])/y
const PATH = /(?:[\w-]|\\[\s\S])+(?:\.(?:[\w-]|\\[\s\S])+)*/y
const SPACE = /\s*/y

const match = (pattern: RegExp, source: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}

// `\'` and `\\` stand for the second character; before any other a backslash stays, because `match` reads it.
const readText = (source: string, at: number): { readonly value: string; readonly next: number } => {
  const quote = source[at]
  let value = ''
  for (let here = at + 1; here < source.length; here++) {
    const sign = source[here] ?? ''
    if (sign === quote) return { value, next: here + 1 }
    const after = source[here + 1]
    if (sign === '\\' && (after === "'" || after === '"' || after === '\\')) {
      value += after
      here++
    } else value += sign
  }
  throw wrongAt(source, at, 'this text has no end', `close it with ${quote}`)
}

const segmentsOf = (path: string): readonly string[] =>
  [...path.matchAll(/(?:[^.\\]|\\[\s\S])+/g)].map(([segment]) => segment.replaceAll(/\\([\s\S])/g, '$1'))

const next = (source: string, at: number): { readonly token: Token; readonly next: number } => {
  if (at >= source.length) return { token: { kind: 'end', at }, next: at }
  const first = source[at]
  if (first === "'" || first === '"') {
    const { value, next: end } = readText(source, at)
    return { token: { kind: 'text', value, at }, next: end }
  }
  const number = match(NUMBER, source, at)
  if (number !== undefined) return { token: { kind: 'number', value: Number(number), at }, next: at + number.length }
  const sign = match(SIGN, source, at)
  if (sign !== undefined) return { token: { kind: 'sign', text: sign, at }, next: at + sign.length }
  const path = match(PATH, source, at)
  if (path !== undefined) return { token: { kind: 'path', path: segmentsOf(path), plain: path, at }, next: at + path.length }
  throw wrongAt(
    source,
    at,
    'this character means nothing here',
    'write texts in quotes, and \\ before a character of a field name',
  )
}

/** Cuts an expression of at most 5 KB into words. @throws Invalid `invalid_fql` at the place. */
export const tokensOf = (source: string): readonly Token[] => {
  // Read in browsers, too.
  if (new TextEncoder().encode(source).length > MOST_BYTES)
    throw new Invalid('invalid_fql', [
      { field: 'if', message: 'is longer than 5 KB', remedy: 'shorten it, or make two filters of it' },
    ])
  const tokens: Token[] = []
  for (let at = 0; ; ) {
    at += match(SPACE, source, at)?.length ?? 0
    const { token, next: after } = next(source, at)
    if (token.kind === 'number' && !Number.isFinite(token.value))
      throw wrongAt(source, at, 'this number is too large', 'write one below 1e308')
    tokens.push(token)
    if (token.kind === 'end') return tokens
    at = after
  }
}
