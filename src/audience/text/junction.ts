import type { Reader } from './reader.ts'

/* AND, OR, NOT and parentheses, the same around conditions and around what an event must hold. */

/** How a tree of some kind is put together. */
export type Grow<Node> = {
  readonly join: (type: 'and' | 'or', parts: readonly Node[]) => Node
  readonly not: (part: Node) => Node
  /** ANY and ALL, where there are users to be asked. */
  readonly users?: (type: 'any' | 'all', part: Node) => Node
  readonly leaf: (reader: Reader) => Node
}

const isWord = (reader: Reader, word: string): boolean => {
  const { kind, raw } = reader.peek()
  return kind === 'word' && raw.toUpperCase() === word
}

const acceptWord = (reader: Reader, word: string): boolean => {
  const found = isWord(reader, word)
  if (found) reader.next()
  return found
}

const USERS = [
  ['ANY', 'any'],
  ['ALL', 'all'],
] as const

const readOne = <Node extends object>(reader: Reader, grow: Grow<Node>): Node => {
  if (acceptWord(reader, 'NOT')) return grow.not(reader.nested(() => readUnary(reader, grow)))
  for (const [word, type] of USERS) {
    if (!isWord(reader, word)) continue
    if (!grow.users) throw reader.fault({ sentence: `${word} is about the users of an account and stands outside where(…)` })
    reader.next()
    return grow.users(
      type,
      reader.nested(() => readUnary(reader, grow)),
    )
  }
  if (!reader.accept('(')) return grow.leaf(reader)
  const inner = reader.nested(() => readBool(reader, grow))
  reader.expect(')', 'AND', 'OR')
  return inner
}

const readUnary = <Node extends object>(reader: Reader, grow: Grow<Node>): Node => {
  const token = reader.peek()
  const node = readOne(reader, grow)
  reader.places.note(node, token)
  return node
}

const readJoined = <Node extends object>(reader: Reader, type: 'and' | 'or', grow: Grow<Node>, part: () => Node): Node => {
  const token = reader.peek()
  const first = part()
  const parts = [first]
  while (acceptWord(reader, type.toUpperCase())) parts.push(part())
  if (parts.length === 1) return first
  const joined = grow.join(type, parts)
  reader.places.note(joined, token)
  return joined
}

/** NOT, ANY and ALL bind tighter than AND, AND tighter than OR (spec/audiences §11.2). A group in parentheses stays a group of its own. */
export const readBool = <Node extends object>(reader: Reader, grow: Grow<Node>): Node =>
  readJoined(reader, 'or', grow, () => readJoined(reader, 'and', grow, () => readUnary(reader, grow)))

/** What a tree of some kind is made of at its top. */
export type Opened<Node> =
  | { readonly type: 'and' | 'or'; readonly parts: readonly Node[] }
  | { readonly type: 'not' | 'any' | 'all'; readonly part: Node }
  | { readonly type: 'leaf'; readonly text: string }
export type Open<Node> = (node: Node) => Opened<Node>

const BINDS = { or: 1, and: 2, not: 3, leaf: 3 } as const
type Written = { readonly text: string; readonly binds: number }

// A group within a group of its own type keeps its parentheses: whoever grouped it finds it again.
const inside = ({ text, binds }: Written, outside: number): string => (binds <= outside && binds < BINDS.not ? `(${text})` : text)

const write = <Node>(node: Node, open: Open<Node>): Written => {
  const opened = open(node)
  if (opened.type === 'leaf') return { text: opened.text, binds: BINDS.leaf }
  if ('part' in opened) {
    return { text: `${opened.type.toUpperCase()} ${inside(write(opened.part, open), BINDS.not)}`, binds: BINDS.not }
  }
  const parts = opened.parts.map((part) => write(part, open))
  const [only] = parts
  if (only && parts.length === 1) return only
  const binds = BINDS[opened.type]
  return { text: parts.map((part) => inside(part, binds)).join(` ${opened.type.toUpperCase()} `), binds }
}

/** The text of a tree, with the fewest parentheses from which the same tree is read. */
export const writeBool = <Node>(node: Node, open: Open<Node>): string => write(node, open).text
