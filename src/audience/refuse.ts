import { Invalid, type Problem } from '../base/errors.ts'

// What is wrong with a condition is said of the condition, with a computed trait of its definition.
const under = (field: string): string => (/^definition\b/.test(field) ? field : `definition.${field}`)

/** Refuses a definition that has problems, each under `definition`. @throws Invalid unless there are none. */
export const refuseProblems = (problems: readonly Problem[]): void => {
  if (problems.length === 0) return
  throw new Invalid(
    'definition',
    problems.map((each) => ({ ...each, field: under(each.field) })),
  )
}
