import { unreachable } from '../base/must.ts'
import type { JourneyDefinition, Step } from './definition.ts'

/** A way out of a step: its branch (empty where there is only one), the step it leads to (null is the end), and the field that says so. */
export type Edge = { readonly branch: string; readonly next: string | null; readonly field: string }

/** What the timeout of a hold is called where branches are named. */
export const TIMEOUT = 'timeout'

/** The ways out of a step, in the order in which they are written. A hold's loop is no way out: the run stays. */
export const edgesOf = (step: Step): readonly Edge[] => {
  switch (step.type) {
    case 'delay':
    case 'send':
    case 'set_trait':
      return [{ branch: '', next: step.next, field: 'next' }]
    case 'hold':
      return [
        ...step.branches.flatMap((branch, i) =>
          branch.loop ? [] : [{ branch: branch.name, next: branch.next, field: `branches.${i}.next` }],
        ),
        { branch: TIMEOUT, next: step.timeout.next, field: 'timeout.next' },
      ]
    case 'split':
      return [
        ...step.branches.map((branch, i) => ({ branch: branch.name, next: branch.next, field: `branches.${i}.next` })),
        { branch: step.otherwise.name, next: step.otherwise.next, field: 'otherwise.next' },
      ]
    case 'random_split':
      return step.branches.map((branch, i) => ({ branch: branch.name, next: branch.next, field: `branches.${i}.next` }))
    case 'exit':
      return []
    default:
      return unreachable(step)
  }
}

/** Step ids as one walks: level by level from the start, branches in their order; what cannot be reached comes last. Storage keeps no order. */
export const inOrder = ({ start, steps }: Pick<JourneyDefinition, 'start' | 'steps'>): readonly string[] => {
  const ids = new Set<string>()
  let level = [start]
  while (level.length > 0) {
    const fresh = [...new Set(level)].filter((id) => !ids.has(id) && Object.hasOwn(steps, id))
    for (const id of fresh) ids.add(id)
    level = fresh.flatMap((id) => {
      const step = steps[id]
      return step ? edgesOf(step).flatMap(({ next }) => (next === null ? [] : [next])) : []
    })
  }
  return [...ids, ...Object.keys(steps).filter((id) => !ids.has(id))]
}
