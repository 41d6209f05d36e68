import { Invalid, type Problem } from '../base/errors.ts'

/** Refuses a definition that has problems, each under `definition`. @throws Invalid unless there are none. */
export const refuseProblems = (problems: readonly Problem[]): void => {
  if (problems.length === 0) return
  throw new Invalid(
    'definition',
    problems.map((each) => ({ ...each, field: `definition.${each.field}` })),
  )
}
