/** What is wrong with one field of an input: where (dotted path), what, and what to do about it. */
export type Problem = { readonly field: string; readonly message: string; readonly remedy?: string }

/** Each problem in a line for people: where, what, and what to do about it. */
export const problemLines = (problems: readonly Problem[]): readonly string[] =>
  problems.map(
    ({ field, message, remedy }) => `${field ? `${field}: ` : ''}${message}${remedy === undefined ? '' : ` (${remedy})`}`,
  )

/** Errors differ by who must act. `id` says where it happened in a word that a program can match; `cause` keeps why. */
abstract class UsherError extends Error {
  readonly id: string
  constructor(id: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.id = id
    this.name = new.target.name
  }
}

/** The caller must act: the input is wrong. Carries every problem found, not only the first. */
export class Invalid extends UsherError {
  readonly problems: readonly Problem[]
  constructor(id: string, problems: readonly Problem[] | string) {
    const list = typeof problems === 'string' ? [{ field: '', message: problems }] : problems
    super(id, list.map((p) => (p.field ? `${p.field}: ${p.message}` : p.message)).join('; '))
    this.problems = list
  }
}

/** Nobody can make it work by trying again: a person, a rule or a platform said no (an unknown id, a bad signature, a blocked number). */
export class Refused extends UsherError {
  readonly status: number
  constructor(id: string, message: string, options?: ErrorOptions & { readonly status?: number }) {
    super(id, message, options)
    this.status = options?.status ?? 409
  }
}

/** We must act, later: a database, Temporal or a provider is away. Trying again is right. */
export class Unavailable extends UsherError {
  readonly retryAfterSeconds: number
  constructor(id: string, message: string, options?: ErrorOptions & { readonly retryAfterSeconds?: number }) {
    super(id, message, options)
    this.retryAfterSeconds = options?.retryAfterSeconds ?? 1
  }
}

/** The operator must act: a setting is missing or wrong. The message says which and what to write there. */
export class Misconfigured extends UsherError {}

/** The noun is not there, or not in this space: the same answer, so that nothing leaks between spaces. */
export const notFound = (noun: string, id: string): Refused =>
  new Refused('not_found', `There is no ${noun} "${id}" in this space.`, { status: 404 })
