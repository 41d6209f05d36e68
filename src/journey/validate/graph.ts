import type { Problem } from '../../base/errors.ts'
import type { JourneyDefinition } from '../definition.ts'
import { edgesOf } from '../edges.ts'

type Visit = { readonly reached: ReadonlySet<string>; readonly problems: readonly Problem[] }

const missingTargets = (definition: JourneyDefinition): readonly Problem[] =>
  Object.entries(definition.steps).flatMap(([id, step]) =>
    edgesOf(step).flatMap(({ next, field }) =>
      next === null || Object.hasOwn(definition.steps, next)
        ? []
        : [
            {
              field: `steps.${id}.${field}`,
              message: `there is no step "${next}"`,
              remedy: `Add a step "${next}", name one of ${Object.keys(definition.steps).toSorted().join(', ')}, or write null to end here.`,
            },
          ],
    ),
  )

/** Depth first from `from`; a way back to a step of the current path closes a circle. */
const follow = (definition: JourneyDefinition, from: string, done: Set<string>): readonly Problem[] => {
  const problems: Problem[] = []
  const path = new Set<string>()
  const visit = (id: string): void => {
    const step = Object.hasOwn(definition.steps, id) ? definition.steps[id] : undefined
    if (step === undefined || done.has(id)) return
    path.add(id)
    for (const { next, field } of edgesOf(step)) {
      if (next !== null && path.has(next)) {
        problems.push({
          field: `steps.${id}.${field}`,
          message: `leads back to "${next}", which comes before it`,
          remedy: 'Lead forward, to a later step or to null. To wait again for the same event, use "loop" on a hold branch.',
        })
      } else if (next !== null) visit(next)
    }
    path.delete(id)
    done.add(id)
  }
  visit(from)
  return problems
}

const walkAll = (definition: JourneyDefinition): Visit => {
  const done = new Set<string>()
  const problems = [...follow(definition, definition.start, done)]
  const reached = new Set(done)
  for (const id of Object.keys(definition.steps)) problems.push(...follow(definition, id, done))
  return { reached, problems }
}

/** Problems of the plan as a graph: no start, targets that are missing, ways back, steps that nobody can reach (spec/journeys §3.4.6). */
export const graphProblems = (definition: JourneyDefinition): readonly Problem[] => {
  const ids = Object.keys(definition.steps)
  const started = Object.hasOwn(definition.steps, definition.start)
  const { reached, problems } = walkAll(definition)
  return [
    ...(ids.length === 0
      ? [{ field: 'steps', message: 'a journey needs at least one step', remedy: 'Add a step, for example a send.' }]
      : []),
    ...(started || ids.length === 0
      ? []
      : [
          {
            field: 'start',
            message: `there is no step "${definition.start}"`,
            remedy: `Name one of ${ids.toSorted().join(', ')}.`,
          },
        ]),
    ...missingTargets(definition),
    ...problems,
    ...(started ? ids : [])
      .filter((id) => !reached.has(id))
      .map((id) => ({
        field: `steps.${id}`,
        message: 'no way leads here from the start',
        remedy: 'Lead a step or a branch here, or remove the step.',
      })),
  ]
}
