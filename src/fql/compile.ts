import { isDeepStrictEqual } from 'node:util'
import { at, isObject, type Json, type JsonObject } from '../base/json.ts'
import { unreachable } from '../base/must.ts'
import { type Comparison, type Expression, type FunctionName, typeOf } from './expression.ts'
import { globOf } from './glob.ts'

/** An expression met a value that it cannot work with. Who asked must then act as if the answer were the careful one. */
export class FqlFailure extends Error {}

type Value = (call: JsonObject) => Json
const fail = (message: string): never => {
  throw new FqlFailure(message)
}

const truth = (value: Json, where: string): boolean => {
  if (value === null) return false
  return typeof value === 'boolean' ? value : fail(`${where} wants true or false, and got a ${typeOf(value)}`)
}

const sameValue = (left: Json, right: Json): boolean =>
  typeof left === 'object' && typeof right === 'object' ? isDeepStrictEqual(left, right) : left === right

// What is not there is neither less nor more. What is there and no number is a mistake somewhere.
const order = (left: Json, right: Json, by: string, holds: (left: number, right: number) => boolean): boolean => {
  if (left === null || right === null) return false
  if (typeof left === 'number' && typeof right === 'number') return holds(left, right)
  return fail(`${by} compares numbers, and got a ${typeOf(left)} and a ${typeOf(right)}`)
}

const isIn = (left: Json, right: Json): boolean => {
  if (right === null) return false
  if (!Array.isArray(right)) return fail(`in wants a list, and got a ${typeOf(right)}`)
  return right.some((item: Json) => sameValue(left, item))
}

const compare = (by: Comparison): ((left: Json, right: Json) => boolean) => {
  switch (by) {
    case '=':
      return sameValue
    case '!=':
      return (left, right) => !sameValue(left, right)
    case '>':
      return (left, right) => order(left, right, by, (a, b) => a > b)
    case '>=':
      return (left, right) => order(left, right, by, (a, b) => a >= b)
    case '<':
      return (left, right) => order(left, right, by, (a, b) => a < b)
    case '<=':
      return (left, right) => order(left, right, by, (a, b) => a <= b)
    case 'in':
      return isIn
    default:
      return unreachable(by)
  }
}

const text =
  (name: FunctionName, change: (value: string) => string) =>
  (value: Json = null): Json => {
    if (value === null) return null
    return typeof value === 'string' ? change(value) : fail(`${name} wants a string, and got a ${typeOf(value)}`)
  }

const texts =
  (name: FunctionName, holds: (value: string, other: string) => boolean) =>
  (value: Json = null, other: Json = null): Json => {
    if (value === null || other === null) return false
    if (typeof value === 'string' && typeof other === 'string') return holds(value, other)
    return fail(`${name} wants two strings, and got a ${typeOf(value)} and a ${typeOf(other)}`)
  }

const lengthOf = (value: Json = null): Json => {
  if (value === null) return 0
  if (typeof value === 'string') return Buffer.byteLength(value)
  return Array.isArray(value) ? value.length : fail(`length wants a string or a list, and got a ${typeOf(value)}`)
}

const asBool = (value: Json = null): Json => {
  if (value === null || value === '' || value === 'false' || value === 0 || value === false) return false
  if (Array.isArray(value)) return value.length > 0
  return isObject(value) ? fail('bool cannot convert an object') : true
}

const asString = (value: Json = null): Json => {
  if (value === null) return ''
  if (typeof value === 'string') return value
  return isObject(value) ? fail('string cannot convert an object') : JSON.stringify(value)
}

const asNumber = (value: Json = null): Json => {
  if (value === null || typeof value === 'number') return value
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : fail(`number cannot convert ${JSON.stringify(value).slice(0, 40)}`)
}

const RUN: Readonly<Record<FunctionName, (...values: readonly Json[]) => Json>> = {
  contains: texts('contains', (value, part) => value.includes(part)),
  match: texts('match', (value, pattern) => globOf(pattern)(value)),
  length: lengthOf,
  lowercase: text('lowercase', (value) => value.toLowerCase()),
  uppercase: text('uppercase', (value) => value.toUpperCase()),
  snakecase: text('snakecase', (value) => value.replaceAll(/\s/g, '_')),
  kebabcase: text('kebabcase', (value) => value.replaceAll(/\s/g, '-')),
  titlecase: text('titlecase', (value) => value.replaceAll(/(^|\s)(\S)/gu, (_, space, first) => space + first.toUpperCase())),
  typeof: (value = null) => typeOf(value),
  bool: asBool,
  string: asString,
  number: asNumber,
}

const called = (name: FunctionName, [first, second]: readonly Expression[]): Value => {
  const one = first ? build(first) : () => null
  // The pattern is nearly always written there: then it is read once, not for every call.
  if (name === 'match' && second?.kind === 'literal' && typeof second.value === 'string') {
    const fits = globOf(second.value)
    const matches = texts('match', fits)
    return (call) => matches(one(call), '')
  }
  const other = second ? build(second) : undefined
  const apply = RUN[name]
  return other ? (call) => apply(one(call), other(call)) : (call) => apply(one(call))
}

const build = (expression: Expression): Value => {
  switch (expression.kind) {
    case 'literal':
      return () => expression.value
    case 'list': {
      const items = expression.items.map(build)
      return (call) => items.map((item) => item(call))
    }
    case 'field':
      return (call) => at(call, expression.path) ?? null
    case 'not': {
      const of = build(expression.of)
      return (call) => {
        const value = of(call)
        return typeof value === 'boolean' ? !value : fail(`! wants true or false, and got a ${typeOf(value)}`)
      }
    }
    case 'both': {
      const [left, right] = [build(expression.left), build(expression.right)]
      return (call) => truth(left(call), 'and') && truth(right(call), 'and')
    }
    case 'either': {
      const [left, right] = [build(expression.left), build(expression.right)]
      return (call) => truth(left(call), 'or') || truth(right(call), 'or')
    }
    case 'compare': {
      const [left, right, holds] = [build(expression.left), build(expression.right), compare(expression.by)]
      return (call) => holds(left(call), right(call))
    }
    case 'call':
      return called(expression.name, expression.values)
    default:
      return unreachable(expression)
  }
}

/** What an expression answered to one call. `failed`: nobody knows, so act carefully (spec/audiences §4: what is unclear is not sent). */
export type Answer = { readonly kind: 'true' | 'false' } | { readonly kind: 'failed'; readonly reason: string }

const YES: Answer = { kind: 'true' }
const NO: Answer = { kind: 'false' }

const guarded = <T>(work: () => T, failed: (reason: string) => T): T => {
  try {
    return work()
  } catch (error) {
    if (error instanceof FqlFailure) return failed(error.message)
    throw error
  }
}

/** Makes of a condition a question to calls as they came over the wire. Compiled once, asked often; it never throws. */
export const compileFql = (expression: Expression): ((call: JsonObject) => Answer) => {
  const value = build(expression)
  return (call) =>
    guarded<Answer>(
      () => (truth(value(call), 'the expression') ? YES : NO),
      (reason) => ({ kind: 'failed', reason }),
    )
}

/** Makes of an expression the value that it has for a call, or undefined where it fails. */
export const compileFqlValue = (expression: Expression): ((call: JsonObject) => Json | undefined) => {
  const value = build(expression)
  return (call) =>
    guarded<Json | undefined>(
      () => value(call),
      () => undefined,
    )
}
