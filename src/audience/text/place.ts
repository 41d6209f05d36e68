import type { Token } from './token.ts'

/* Where in a query the parts of what was read from it stand, so that what turns out to be wrong with a part is said of the text. */

/** The tokens that parts of what was read began with. */
export type Places = {
  /** Notes where a node stands, or one of its keys; what is noted already stays. */
  readonly note: (node: object, token: Token, key?: string) => void
  /** What is noted of a node holds of the one that takes its place, too. */
  readonly hand: (from: object, to: object) => void
  /** The token of the deepest part that a dotted way from a node leads to; undefined where nothing on it is noted. */
  readonly find: (node: unknown, way: readonly string[]) => Token | undefined
}

/** No places yet. */
export const newPlaces = (): Places => {
  const noted = new WeakMap<object, ReadonlyMap<string, Token>>()
  const of = (node: object): ReadonlyMap<string, Token> => noted.get(node) ?? new Map()
  const find: Places['find'] = (node, way) => {
    if (typeof node !== 'object' || node === null) return undefined
    const [key, ...deeper] = way
    const own = of(node).get('')
    if (key === undefined) return own
    return find((node as Readonly<Record<string, unknown>>)[key], deeper) ?? of(node).get(key) ?? own
  }
  return {
    note: (node, token, key = '') => noted.set(node, new Map([[key, token], ...of(node)])),
    hand: (from, to) => noted.set(to, new Map([...of(from), ...of(to)])),
    find,
  }
}
