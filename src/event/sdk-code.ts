import { isObject, type Json, type JsonObject } from '../base/json.ts'

const WORD = /^[A-Za-z_$][\w$]*$/
const LINE = 100

const literal = (value: Json, indent: string): string => {
  if (typeof value === 'string') return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  if (Array.isArray(value))
    return enclosed(
      '[',
      value.map((each: Json) => literal(each, `${indent}  `)),
      ']',
      indent,
    )
  if (isObject(value)) {
    const entries = Object.entries(value).map(
      ([key, each]) => `${WORD.test(key) ? key : literal(key, '')}: ${literal(each, `${indent}  `)}`,
    )
    return enclosed('{ ', entries, ' }', indent)
  }
  return String(value)
}

const enclosed = (open: string, parts: readonly string[], close: string, indent: string): string => {
  if (parts.length === 0) return open.trim() + close.trim()
  const one = `${open}${parts.join(', ')}${close}`
  if (one.length + indent.length <= LINE && !one.includes('\n')) return one
  return `${open.trim()}\n${parts.map((part) => `${indent}  ${part},\n`).join('')}${indent}${close.trim()}`
}

// What SDKs write themselves.
const OWN: ReadonlySet<string> = new Set([
  'type',
  'writeKey',
  'sentAt',
  'originalTimestamp',
  '_metadata',
  'messageId',
  'integrations',
])

/** The call as one writes it with Segment's SDK for Node: what a person recognises of the JSON on the wire (spec/connections §2.3, "Pretty"). */
export const sdkCode = (type: string, raw: JsonObject): string => {
  const { context, ...rest } = raw
  const shown = Object.fromEntries(Object.entries(rest).filter(([key]) => !OWN.has(key)))
  const said = isObject(context) ? Object.fromEntries(Object.entries(context).filter(([key]) => key !== 'library')) : {}
  const whole = Object.keys(said).length > 0 ? { ...shown, context: said } : shown
  return `analytics.${WORD.test(type) ? type : 'track'}(${literal(whole, '')})`
}
