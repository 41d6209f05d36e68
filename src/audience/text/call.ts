import type { Says } from './fault.ts'
import type { Reader } from './reader.ts'
import type { Token } from './token.ts'

/** Reads what stands between the parentheses of a call; `word` is the token of its name. */
export type Argument<T> = (reader: Reader, word: Token) => T
/** A call that is known and not taken here, and why. */
type Turned = Extract<Says, { sentence: string }>
/** The calls that may stand at one place, by name. */
export type Calls<T> = Readonly<Record<string, Argument<T> | Turned>>

/** A part of the language that conditions cannot express yet. To add it, put the reader of its argument in its place. */
export const notYet = (what: string, remedy?: string): Turned => ({ sentence: `${what} is not supported yet`, remedy })

const written = (calls: Calls<unknown>, before: string): readonly string[] =>
  Object.keys(calls).flatMap((name) => (typeof calls[name] === 'function' ? `${before}${name}(…)` : []))

/** `name( … )`, for a name of the table; `others` is what else could stand there. @throws Invalid that lists the table. */
export const readCall = <T>(reader: Reader, calls: Calls<T>, others: readonly string[] = [], before = ''): T => {
  const word = reader.peek()
  const call = word.kind === 'word' && Object.hasOwn(calls, word.raw) ? calls[word.raw] : undefined
  if (!call) throw reader.fault({ expected: [...others, ...written(calls, before)] })
  if (typeof call !== 'function') throw reader.fault(call)
  reader.next()
  reader.expect('(')
  const value = call(reader, word)
  reader.expect(')')
  return value
}

/** `.name( … )`, for a name of the table; `others` is what else could have stood there. */
export const readLink = <T>(reader: Reader, calls: Calls<T>, others: readonly string[] = []): T => {
  if (!reader.accept('.')) throw reader.fault({ expected: [...others, ...written(calls, '.')] })
  return readCall(reader, calls, [], '.')
}
