import { Invalid } from '../../base/errors.ts'
import { fault, problemAt, type QueryProblem, type Says } from './fault.ts'
import { newPlaces, type Places } from './place.ts'
import { type Token, tokensOf } from './token.ts'

/** The longest query, in characters. */
export const LONGEST_QUERY = 20_000
const DEEPEST = 100

/** Goes through the tokens of one query from left to right. */
export type Reader = {
  /** The token that comes next, or the one after it. */
  readonly peek: (ahead?: 0 | 1) => Token
  readonly next: () => Token
  /** Takes the next token if it is this word or sign. */
  readonly accept: (raw: string) => boolean
  /** @throws Invalid unless the next token is this word or sign. */
  readonly expect: (raw: string, ...orElse: readonly string[]) => void
  /** Reads something that may hold more of its kind. @throws Invalid when that goes too deep. */
  readonly nested: <T>(read: () => T) => T
  /** The failure at a token (the next one unless told), to be thrown. */
  readonly fault: (says: Says, token?: Token) => Invalid
  /** Where what was read stands. */
  readonly places: Places
  /** What is wrong with a part of what was read, which stands at a token. */
  readonly problemAt: (field: string, token: Token, says: Says) => QueryProblem
}

/** A reader at the beginning of a query. @throws Invalid for one that is too long. */
export const readerOf = (source: string, field: string): Reader => {
  if (source.length > LONGEST_QUERY) {
    throw new Invalid('query', [
      {
        field,
        message: `has ${source.length} characters, ${LONGEST_QUERY} are allowed`,
        remedy: 'split it into audiences and refer to them',
      },
    ])
  }
  const tokens = tokensOf(source)
  const end: Token = { kind: 'end', raw: '', value: '', start: source.length }
  let here = 0
  let depth = 0
  const peek: Reader['peek'] = (ahead = 0) => tokens[here + ahead] ?? end
  const next = (): Token => {
    const token = peek()
    here += 1
    return token
  }
  const accept = (raw: string): boolean => {
    const same = peek().raw === raw
    if (same) here += 1
    return same
  }
  const failure: Reader['fault'] = (says, token = peek()) => fault(field, source, token, says)
  return {
    peek,
    next,
    accept,
    expect: (raw, ...orElse) => {
      if (!accept(raw)) throw failure({ expected: [...orElse, `"${raw}"`] })
    },
    nested: (read) => {
      depth += 1
      if (depth > DEEPEST) throw failure({ sentence: `is nested deeper than ${DEEPEST}` })
      const result = read()
      depth -= 1
      return result
    },
    fault: failure,
    places: newPlaces(),
    problemAt: (part, token, says) => problemAt(part, source, token, says),
  }
}
