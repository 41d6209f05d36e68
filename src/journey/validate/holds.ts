import type { Filter } from '../../audience/condition.ts'
import { pathOf } from '../../audience/path.ts'
import type { Problem } from '../../base/errors.ts'
import type { ContextCondition } from '../branch-condition.ts'
import type { StepOf } from '../definition.ts'
import { TIMEOUT } from '../edges.ts'
import type { Facts } from '../facts.ts'
import { disjoint } from './disjoint.ts'
import { conditionProblems, filterProblems, type Keys, waitProblems } from './parts.ts'

// The context of a run is one thing at one instant, as an event is: what excludes each other there does so here.
const asFilter = (when: ContextCondition): Filter =>
  'conditions' in when
    ? { type: when.type, filters: when.conditions.map(asFilter) }
    : 'condition' in when
      ? { type: 'not', filter: asFilter(when.condition) }
      : { type: 'property', path: `${pathOf(when.event)}.${when.path}`, compare: when.compare }

type Branch = StepOf<'hold'>['branches'][number]

const bothPossible = (a: Branch, b: Branch): boolean =>
  a.event === b.event &&
  !(a.where && b.where && disjoint(a.where, b.where)) &&
  !(a.when && b.when && disjoint(asFilter(a.when), asFilter(b.when)))

const overlaps = (field: string, branches: readonly Branch[]): readonly Problem[] =>
  branches.flatMap((branch, i) =>
    branches.slice(0, i).flatMap((earlier) =>
      bothPossible(earlier, branch)
        ? [
            {
              field: `${field}.branches.${i}.event`,
              message: `one "${branch.event}" could satisfy "${earlier.name}" and "${branch.name}"`,
              remedy: 'Give both a filter on the same property with values that exclude each other, or make them one branch.',
            },
          ]
        : [],
    ),
  )

/** Problems of a hold: its wait, its filters, and branches that one event could satisfy together (spec/journeys §3.4.2). */
export const holdProblems = (field: string, step: StepOf<'hold'>, facts: Facts, here: Keys): readonly Problem[] => [
  ...waitProblems(`${field}.timeout.after`, step.timeout.after, facts.limits),
  ...step.branches.flatMap((branch, i) => [
    ...filterProblems(`${field}.branches.${i}.where`, branch.where, facts),
    ...(branch.when ? conditionProblems(`${field}.branches.${i}.when`, branch.when, facts, here) : []),
    ...(branch.name === TIMEOUT
      ? [
          {
            field: `${field}.branches.${i}.name`,
            message: `"${TIMEOUT}" is the name of the way out when nothing came`,
            remedy: 'Use another name.',
          },
        ]
      : []),
  ]),
  ...overlaps(field, step.branches),
]
