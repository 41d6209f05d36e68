import { COMPARISONS, type Comparison, type Expression, FUNCTIONS, isFunction } from './expression.ts'
import { type Token, tokensOf, wrongAt } from './tokens.ts'

const DEEPEST = 60

type Reader = {
  readonly source: string
  readonly tokens: readonly Token[]
  at: number
  depth: number
}

const peek = ({ tokens, at }: Reader): Token => tokens[at] ?? { kind: 'end', at: 0 }
const take = (reader: Reader): Token => {
  const token = peek(reader)
  reader.at++
  return token
}
const isSign = (token: Token, text: string): boolean => token.kind === 'sign' && token.text === text
const isWord = (token: Token, word: string): boolean => token.kind === 'path' && token.plain === word
const wrong = (reader: Reader, token: Token, message: string, remedy: string) => wrongAt(reader.source, token.at, message, remedy)

const expect = (reader: Reader, text: string, remedy: string): void => {
  const token = take(reader)
  if (!isSign(token, text)) throw wrong(reader, token, `"${text}" is missing`, remedy)
}

const deeper = <T>(reader: Reader, read: () => T): T => {
  if (++reader.depth > DEEPEST)
    throw wrong(reader, peek(reader), 'is nested deeper than 60 levels', 'take parentheses away, or make two filters of it')
  const answer = read()
  reader.depth--
  return answer
}

const listUntil = (reader: Reader, close: string): readonly Expression[] => {
  const items: Expression[] = []
  if (isSign(peek(reader), close)) {
    take(reader)
    return items
  }
  for (;;) {
    items.push(deeper(reader, () => either(reader)))
    const token = take(reader)
    if (isSign(token, close)) return items
    if (!isSign(token, ',')) throw wrong(reader, token, `"," or "${close}" is missing`, `close what was opened with "${close}"`)
  }
}

const called = (reader: Reader, token: Token & { readonly kind: 'path' }): Expression => {
  take(reader)
  const name = token.plain
  if (!isFunction(name))
    throw wrong(reader, token, `there is no function "${name}"`, `write one of ${Object.keys(FUNCTIONS).join(', ')}`)
  const values = listUntil(reader, ')')
  const count: number = FUNCTIONS[name]
  if (values.length !== count)
    throw wrong(
      reader,
      token,
      `${name} takes ${count}, not ${values.length}`,
      `give it ${count === 1 ? 'one value' : 'two values'}`,
    )
  return { kind: 'call', name, values }
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }

const word = (reader: Reader, token: Token & { readonly kind: 'path' }): Expression => {
  if (isSign(peek(reader), '(')) return called(reader, token)
  if (Object.hasOwn(CONSTANTS, token.plain)) return { kind: 'literal', value: CONSTANTS[token.plain] ?? null }
  if (['and', 'or', 'in'].includes(token.plain))
    throw wrong(reader, token, `"${token.plain}" has nothing on its left`, `write \\${token.plain} where a field is called so`)
  return { kind: 'field', path: token.path }
}

const operand = (reader: Reader): Expression => {
  const token = take(reader)
  switch (token.kind) {
    case 'text':
    case 'number':
      return { kind: 'literal', value: token.value }
    case 'path':
      return word(reader, token)
    case 'end':
      throw wrong(reader, token, 'ends too early', 'write a field, a value or a function')
    case 'sign':
      break
  }
  if (token.text === '!') return { kind: 'not', of: deeper(reader, () => operand(reader)) }
  if (token.text === '[') return { kind: 'list', items: listUntil(reader, ']') }
  if (token.text !== '(')
    throw wrong(reader, token, `"${token.text}" has nothing on its left`, 'write a field, a value or a function')
  const inner = deeper(reader, () => either(reader))
  expect(reader, ')', 'close what was opened with "("')
  return inner
}

const comparisonOf = (token: Token): Comparison | undefined =>
  COMPARISONS.find((by) => (by === 'in' ? isWord(token, by) : isSign(token, by)))

const comparison = (reader: Reader): Expression => {
  const left = operand(reader)
  const by = comparisonOf(peek(reader))
  if (!by) return left
  take(reader)
  const right = operand(reader)
  const more = peek(reader)
  if (comparisonOf(more)) throw wrong(reader, more, 'one comparison follows another', 'join them by "and"')
  return { kind: 'compare', by, left, right }
}

const both = (reader: Reader): Expression => {
  let left = comparison(reader)
  while (isWord(peek(reader), 'and')) {
    take(reader)
    left = { kind: 'both', left, right: comparison(reader) }
  }
  return left
}

const either = (reader: Reader): Expression => {
  let left = both(reader)
  while (isWord(peek(reader), 'or')) {
    take(reader)
    left = { kind: 'either', left, right: both(reader) }
  }
  return left
}

const hint = (token: Token): string => {
  if (token.kind === 'path' && /^(and|or|in)$/i.test(token.plain)) return `write "${token.plain.toLowerCase()}" in small letters`
  return token.kind === 'path'
    ? 'join conditions by "and" or "or"; write \\ before a space of a field name'
    : 'join conditions by "and" or "or"'
}

/** Parses FQL, whatever it yields: a truth, or a value for a transformation. @throws Invalid `invalid_fql`, which says at which character. */
export const parseFqlValue = (source: string): Expression => {
  const reader: Reader = { source, tokens: tokensOf(source), at: 0, depth: 0 }
  const expression = either(reader)
  const rest = peek(reader)
  if (rest.kind !== 'end') throw wrong(reader, rest, 'the expression should have ended here', hint(rest))
  return expression
}

const BOOLEAN: ReadonlySet<string> = new Set(['contains', 'match', 'bool'])

/** Parses an FQL condition. @throws Invalid `invalid_fql`, also where it could never be true or false (`'a'`, `length(x)`). */
export const parseFql = (source: string): Expression => {
  const expression = parseFqlValue(source)
  const { kind } = expression
  const never =
    kind === 'list' ||
    (kind === 'literal' && typeof expression.value !== 'boolean') ||
    (kind === 'call' && !BOOLEAN.has(expression.name))
  if (never) throw wrongAt(source, 0, 'is a value, neither true nor false', 'compare it: `length(userId) > 0`')
  return expression
}
