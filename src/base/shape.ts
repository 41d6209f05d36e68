import type { Problem } from './errors.ts'

/** What zod found at one place: its code and message, and what belongs to the code. */
export type Issue = { readonly code: string; readonly message: string; readonly keys?: unknown; readonly expected?: unknown }

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

/** What zod found wrong at `field`, for people: the field, what, and what to do about it. */
export const problemsOfIssue = (field: string, issue: Issue): readonly Problem[] => {
  if (issue.code === 'invalid_type') return [ofType(field, issue)]
  if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys))
    return issue.keys.map((key) => ({ field: within(field, String(key)), message: 'is not known here', remedy: 'take it out' }))
  return [{ field, message: issue.message }]
}
