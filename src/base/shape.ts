import type { Problem } from './errors.ts'

/** What zod found at one place: its code and message, and what belongs to the code. */
export type Issue = {
  readonly code: string
  readonly message: string
  readonly keys?: unknown
  readonly expected?: unknown
  readonly origin?: unknown
  readonly minimum?: unknown
  readonly maximum?: unknown
  readonly inclusive?: unknown
  readonly values?: unknown
  readonly options?: unknown
  readonly format?: unknown
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  NaN: 'no number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'nothing',
}
const wordOf = (type: unknown): string => WORDS[String(type)] ?? String(type)

const within = (field: string, key: string): string => (field === '' ? key : `${field}.${key}`)

// zod's own words are for programmers: "Invalid input: expected string, received undefined".
const ofType = (field: string, { message, expected }: Issue): Problem => {
  const remedy = `give ${wordOf(expected)}`
  const [, received] = /received (\w+)$/.exec(message) ?? []
  if (received === undefined) return { field, message, remedy }
  return { field, message: received === 'undefined' ? 'is missing' : `is ${wordOf(received)}`, remedy }
}

const amount = (limit: unknown): string => (typeof limit === 'number' ? limit.toLocaleString('en') : String(limit))
const SIZES: Readonly<Record<string, readonly [one: string, several: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
}
const sizeOf = (origin: string, limit: unknown): string => {
  const [one, several] = SIZES[origin] ?? ['', '']
  return `${amount(limit)} ${limit === 1 ? one : several}`
}

const NUMBERS: ReadonlySet<string> = new Set(['number', 'int'])

const tooSmall = (field: string, { origin, minimum, inclusive, message }: Issue): Problem => {
  if (origin === 'string' || origin === 'array') {
    const remedy = `give at least ${sizeOf(origin, minimum)}`
    return { field, message: minimum === 1 ? 'is empty' : `has fewer than ${sizeOf(origin, minimum)}`, remedy }
  }
  if (!NUMBERS.has(String(origin))) return { field, message }
  return inclusive === false
    ? { field, message: `is not above ${amount(minimum)}`, remedy: `give more than ${amount(minimum)}` }
    : { field, message: `is below ${amount(minimum)}`, remedy: `give ${amount(minimum)} or more` }
}

const tooBig = (field: string, { origin, maximum, inclusive, message }: Issue): Problem => {
  if (origin === 'string' || origin === 'array')
    return { field, message: `has more than ${sizeOf(origin, maximum)}`, remedy: `give at most ${sizeOf(origin, maximum)}` }
  if (!NUMBERS.has(String(origin))) return { field, message }
  return inclusive === false
    ? { field, message: `is not below ${amount(maximum)}`, remedy: `give less than ${amount(maximum)}` }
    : { field, message: `is above ${amount(maximum)}`, remedy: `give ${amount(maximum)} or less` }
}

const noneOf = (field: string, message: string, options: unknown): Problem => {
  if (!Array.isArray(options) || options.length === 0) return { field, message }
  const listed = options.map((one) => JSON.stringify(one)).join(', ')
  return options.length === 1
    ? { field, message: `is not ${listed}`, remedy: `write ${listed}` }
    : { field, message: 'is none of what it can be', remedy: `write one of ${listed}` }
}

const FORMATS: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  url: ['is no address of the web', 'write it like https://example.com/path'],
  email: ['is no e-mail address', 'write it like ada@example.com'],
  datetime: ['is no time', 'write it like 2026-03-01T12:00:00Z'],
  date: ['is no day', 'write it like 2026-03-01'],
  uuid: ['is no id of that kind', 'write it like 123e4567-e89b-12d3-a456-426614174000'],
}

// What somebody wrote into the schema for people stays as it is written.
const ZODS = /^(Too (small|big): |Invalid (option|input|URL|email address|ISO date|ISO datetime|UUID|discriminator value)\b)/

/** What zod found wrong at `field`, for people: the field, what, and what to do about it. */
export const problemsOfIssue = (field: string, issue: Issue): readonly Problem[] => {
  if (issue.code === 'invalid_type') return [ofType(field, issue)]
  if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys))
    return issue.keys.map((key) => ({ field: within(field, String(key)), message: 'is not known here', remedy: 'take it out' }))
  if (!ZODS.test(issue.message)) return [{ field, message: issue.message }]
  if (issue.code === 'too_small') return [tooSmall(field, issue)]
  if (issue.code === 'too_big') return [tooBig(field, issue)]
  if (issue.code === 'invalid_value') return [noneOf(field, issue.message, issue.values)]
  if (issue.code === 'invalid_union') return [noneOf(field, issue.message, issue.options)]
  const [message, remedy] = FORMATS[String(issue.format)] ?? []
  return [message && remedy ? { field, message, remedy } : { field, message: issue.message }]
}
