import type { Problem } from '../base/errors.ts'
import { contextKeys } from './context.ts'
import type { JourneyDefinition } from './definition.ts'
import type { Facts } from './facts.ts'
import { graphProblems } from './validate/graph.ts'
import { filterProblems, repeated, unknown } from './validate/parts.ts'
import { stepProblems } from './validate/steps.ts'

const entryProblems = ({ entry }: JourneyDefinition, facts: Facts): readonly Problem[] => {
  const missing =
    entry.audience !== undefined && !facts.audiences.has(entry.audience)
      ? [unknown('entry.audience', 'audience', entry.audience, facts.audiences.keys())]
      : []
  if (entry.type === 'audience') return missing
  return [
    ...missing,
    ...filterProblems('entry.where', entry.where, facts),
    ...(entry.frequency === 'every_time' && entry.identifier === undefined
      ? [
          {
            field: 'entry.identifier',
            message: 'who may enter every time needs an identifier that tells the runs apart',
            remedy: 'Name a property of the entry event, for example "order_id", or set frequency to "once".',
          },
        ]
      : []),
    ...(entry.frequency === 'once' && entry.identifier !== undefined
      ? [
          {
            field: 'entry.identifier',
            message: 'who enters once has one run, and nothing to tell it apart from',
            remedy: 'Leave the identifier out, or set frequency to "every_time".',
          },
        ]
      : []),
  ]
}

const exitProblems = ({ entry, exits }: JourneyDefinition, facts: Facts): readonly Problem[] => [
  ...(exits.length > facts.limits.exits
    ? [{ field: 'exits', message: `there are ${exits.length} exit rules`, remedy: `Keep at most ${facts.limits.exits}.` }]
    : []),
  ...exits.flatMap((rule, i) => [
    ...filterProblems(`exits.${i}.where`, rule.where, facts),
    ...(rule.match_identifier && (entry.type !== 'event' || entry.identifier === undefined)
      ? [
          {
            field: `exits.${i}.match_identifier`,
            message: 'the entry has no identifier that could match',
            remedy: 'Give the entry an identifier, or set match_identifier to false.',
          },
        ]
      : []),
  ]),
]

// Context keys are made of hold branches' names, so these differ in the whole journey; others need to differ within their step only.
const nameProblems = ({ steps }: JourneyDefinition): readonly Problem[] => [
  ...repeated(
    'the step name',
    Object.entries(steps).flatMap(([id, { name }]) => (name === undefined ? [] : [{ field: `steps.${id}.name`, name }])),
  ),
  ...repeated(
    'the branch name',
    Object.entries(steps).flatMap(([id, step]) =>
      step.type === 'hold' ? step.branches.map(({ name }, i) => ({ field: `steps.${id}.branches.${i}.name`, name })) : [],
    ),
  ),
]

/**
 * Every problem that keeps a definition from being published, each with its field and remedy; none means publishable. Pure: what the space
 * has comes in as facts (spec/journeys §3.1, §3.4, §7).
 */
export const validate = (definition: JourneyDefinition, facts: Facts): readonly Problem[] => {
  const count = Object.keys(definition.steps).length
  // Far beyond the limit nothing else is worth saying, and the graph is not walked.
  if (count > facts.limits.steps)
    return [
      {
        field: 'steps',
        message: `there are ${count} steps`,
        remedy: `Keep at most ${facts.limits.steps}, or make two journeys.`,
      },
    ]
  const keys = contextKeys(definition)
  const elsewhere = new Set([...keys.values()].flatMap((each) => [...each]))
  const hereAt = (id: string) => ({ keys: keys.get(id) ?? new Set<string>(), elsewhere })
  return [
    ...entryProblems(definition, facts),
    ...exitProblems(definition, facts),
    ...graphProblems(definition),
    ...nameProblems(definition),
    ...Object.entries(definition.steps).flatMap(([id, step]) => stepProblems(`steps.${id}`, step, facts, hereAt(id))),
  ]
}
