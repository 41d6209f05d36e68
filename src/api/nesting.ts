import { Invalid } from '../base/errors.ts'

// A condition may be nested 20 deep, a tracking plan or a call's properties somewhat deeper; 3,000 deep nothing reads any more.
const DEEPEST = 500

// Level by level: a function that called itself for each would fail at what it is to find.
const isDeeper = (json: unknown): boolean => {
  let level: readonly unknown[] = [json]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return false
}

/** @throws Invalid for a body that is nested deeper than anything that may be sent. */
export const refuseDeep = (body: unknown): void => {
  if (isDeeper(body))
    throw new Invalid('nesting', [
      { field: 'body', message: `is nested deeper than ${DEEPEST}`, remedy: 'flatten it, or split it into several' },
    ])
}
