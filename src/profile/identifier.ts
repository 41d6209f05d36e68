import { storable } from '../base/json.ts'

/** One external id of a person or an account: what resolution matches, exactly (spec/audiences §5.1). */
export type Identifier = { readonly type: string; readonly value: string }
export type Collection = 'users' | 'accounts'

// Longer ones do not fit an index; Segment's own limit for group ids is the same.
const LONGEST_VALUE = 500
const LONGEST_TYPE = 100

export const identifierKey = (collection: Collection, { type, value }: Identifier): string =>
  `${collection}\u0000${type}\u0000${value}`

/** The identifier, or undefined when it is no text of 1 to 500 characters. */
export const identifier = (type: string, value: unknown): Identifier | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_VALUE && type.length <= LONGEST_TYPE
    ? { type, value: storable(value) }
    : undefined
