import { instantOf } from '../literal.ts'

/**
 * One word of a query. `raw` is how it is written, `value` what it says (a text without its quotes), `start` its offset.
 * An `odd` one fits nowhere; `note` says what to write instead. Reading goes on after it, so that the first mistake is the one reported.
 */
export type Token = {
  readonly kind: 'word' | 'text' | 'number' | 'time' | 'sign' | 'odd' | 'end'
  readonly raw: string
  readonly value: string
  readonly start: number
  readonly note?: string
}

const SPACE = /\s+/y
const TIME = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?/y
const SHAPES = [
  ['time', TIME],
  ['number', /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['sign', /==|!=|>=|<=|[=<>()[\]{},:.]/y],
] as const

const match = (shape: RegExp, source: string, start: number): string | undefined => {
  shape.lastIndex = start
  return shape.exec(source)?.[0]
}

// `\'` and `''` are a quote, `\\` is a backslash, any other backslash stands for itself (spec/audiences §11.2).
const readText = (source: string, start: number): Token => {
  let value = ''
  for (let here = start + 1; here < source.length; here += 1) {
    const pair = source.slice(here, here + 2)
    if (pair === "''" || pair === "\\'" || pair === '\\\\') {
      value += pair[1]
      here += 1
    } else if (source[here] === "'") {
      return { kind: 'text', raw: source.slice(start, here + 1), value, start }
    } else value += source[here]
  }
  const note = "close the text with a single quote; a quote inside is written \\' or ''"
  return { kind: 'odd', raw: source.slice(start), value, start, note }
}

const oddAt = (source: string, start: number): Token => {
  const raw = String.fromCodePoint(source.codePointAt(start) ?? 0)
  const quoted = /["`‘’“”]/.test(raw)
  return {
    kind: 'odd',
    raw,
    value: raw,
    start,
    ...(quoted ? { note: "write texts in straight single quotes, as in 'pro'" } : {}),
  }
}

const readOne = (source: string, start: number): Token => {
  if (source[start] === "'") return readText(source, start)
  for (const [kind, shape] of SHAPES) {
    const raw = match(shape, source, start)
    if (raw === undefined) continue
    if (kind === 'time' && instantOf(raw) === undefined) {
      return { kind: 'odd', raw, value: raw, start, note: 'write a day that exists, as in 2026-01-31 or 2026-01-31T00:00:00Z' }
    }
    return { kind, raw, value: raw, start }
  }
  return oddAt(source, start)
}

/** The words of a query, the last of them `end`. Takes any text and never fails. */
export const tokensOf = (source: string): readonly Token[] => {
  const tokens: Token[] = []
  let here = 0
  while (true) {
    here += match(SPACE, source, here)?.length ?? 0
    if (here >= source.length) return [...tokens, { kind: 'end', raw: '', value: '', start: source.length }]
    const token = readOne(source, here)
    tokens.push(token)
    here += token.raw.length
  }
}
