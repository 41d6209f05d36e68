import { Invalid, type Problem } from '../../base/errors.ts'
import type { Token } from './token.ts'

/** What is wrong with a query and where: line and column count from 1, in characters. */
export type QueryProblem = Problem & {
  readonly line: number
  readonly column: number
  readonly found: string
  readonly expected: readonly string[]
}

/** What a fault says: either what was expected where the token is, or a whole sentence. */
export type Says =
  | { readonly expected: readonly string[]; readonly remedy?: string | undefined }
  | { readonly sentence: string; readonly remedy?: string | undefined }

const WIDEST = 60
const MOST_SHOWN = 40

const characters = (text: string): number => [...text].length

const shown = ({ kind, raw }: Token): string => {
  if (kind === 'end') return 'the end'
  const all = [...raw.replaceAll(/[\p{C}\p{Z}]/gu, ' ')]
  return `"${all.length > MOST_SHOWN ? `${all.slice(0, MOST_SHOWN).join('')}…` : all.join('')}"`
}

/** The line with a caret under the column; of a long line only what is around it. */
const excerpt = (line: string, column: number): string => {
  const all = [...line.replaceAll(/[\p{C}\p{Z}]/gu, ' ')]
  const from = Math.max(0, column - 1 - WIDEST / 2)
  const to = Math.min(all.length, from + WIDEST)
  const [before, after] = [from > 0 ? '…' : '', to < all.length ? '…' : '']
  return `  ${before}${all.slice(from, to).join('')}${after}\n  ${' '.repeat(before.length + column - 1 - from)}^`
}

const alternatives = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** What is wrong at a token of a query: line, column, what was found and expected, and the place with a caret under it. */
export const problemAt = (field: string, source: string, token: Token, says: Says): QueryProblem => {
  const before = source.slice(0, token.start).split('\n')
  const line = before.length
  const column = characters(before.at(-1) ?? '') + 1
  const whole = (source.split('\n')[line - 1] ?? '').replace(/\r$/, '')
  const expected = 'expected' in says ? says.expected : []
  const sentence = 'sentence' in says ? says.sentence : `found ${shown(token)}, expected ${alternatives(expected)}`
  const remedy = token.note ?? says.remedy
  return {
    field,
    message: `line ${line}, column ${column}: ${sentence}\n${excerpt(whole, column)}`,
    ...(remedy === undefined ? {} : { remedy }),
    ...{ line, column, found: token.raw.slice(0, 200), expected },
  }
}

/** The failure of a query at one of its tokens. */
export const fault = (field: string, source: string, token: Token, says: Says): Invalid =>
  new Invalid('query', [problemAt(field, source, token, says)])
