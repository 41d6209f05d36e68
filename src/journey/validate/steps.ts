import type { Problem } from '../../base/errors.ts'
import { unreachable } from '../../base/must.ts'
import type { Step, StepOf } from '../definition.ts'
import type { Facts } from '../facts.ts'
import { holdProblems } from './holds.ts'
import { conditionProblems, type Keys, repeated, unknown, waitProblems } from './parts.ts'

const splitProblems = (field: string, step: StepOf<'split'>, facts: Facts, here: Keys): readonly Problem[] => [
  ...step.branches.flatMap((branch, i) => conditionProblems(`${field}.branches.${i}.condition`, branch.condition, facts, here)),
  ...repeated('the branch name', [
    ...step.branches.map((branch, i) => ({ field: `${field}.branches.${i}.name`, name: branch.name })),
    { field: `${field}.otherwise.name`, name: step.otherwise.name },
  ]),
]

const randomProblems = (field: string, step: StepOf<'random_split'>): readonly Problem[] => {
  const total = step.branches.reduce((sum, branch) => sum + branch.percent, 0)
  return [
    // Tenths and hundredths have no exact binary form: 33.3 + 33.3 + 33.4 is 100.
    ...(Math.abs(total - 100) < 1e-6
      ? []
      : [
          {
            field: `${field}.branches`,
            message: `the percentages are ${Number(total.toFixed(6))} together, not 100`,
            remedy: 'Change them so that their sum is exactly 100.',
          },
        ]),
    ...repeated(
      'the branch name',
      step.branches.map((branch, i) => ({ field: `${field}.branches.${i}.name`, name: branch.name })),
    ),
  ]
}

const templateProblems = (field: string, step: StepOf<'send'>, facts: Facts): readonly Problem[] => {
  const template = facts.templates.get(step.template)
  if (template === undefined) return [unknown(`${field}.template`, 'template', step.template, facts.templates.keys())]
  if (template.channel !== step.channel) {
    const fitting = [...facts.templates].filter(([, each]) => each.channel === step.channel).map(([key]) => key)
    return [
      {
        field: `${field}.template`,
        message: `"${step.template}" is written for ${template.channel}, not for ${step.channel}`,
        remedy: `Set the channel to ${template.channel}, or use a template for ${step.channel}: ${fitting.join(', ') || 'there is none yet'}.`,
      },
    ]
  }
  if (template.broken === undefined) return []
  return [
    {
      field: `${field}.template`,
      message: `"${step.template}" does not parse: ${template.broken}`,
      remedy: 'Mend the template.',
    },
  ]
}

const groupProblems = (field: string, step: StepOf<'send'>, facts: Facts): readonly Problem[] => {
  if (step.group === undefined) return []
  if (step.channel !== 'email')
    return [{ field: `${field}.group`, message: 'only email has subscription groups', remedy: 'Leave the group out.' }]
  return facts.groups.has(step.group) ? [] : [unknown(`${field}.group`, 'subscription group', step.group, facts.groups)]
}

const sendProblems = (field: string, step: StepOf<'send'>, facts: Facts): readonly Problem[] => [
  ...templateProblems(field, step, facts),
  ...groupProblems(field, step, facts),
  ...(facts.channels.has(step.channel)
    ? []
    : [
        {
          field: `${field}.channel`,
          message: `nobody carries ${step.channel} for this space`,
          remedy: `Add a provider account for ${step.channel}.`,
        },
      ]),
]

const traitProblems = (field: string, step: StepOf<'set_trait'>, facts: Facts): readonly Problem[] => {
  const root = step.trait.split('.')[0] ?? step.trait
  const owner = [step.trait, root].some((key) => facts.audiences.has(key))
    ? 'an audience'
    : [step.trait, root].some((key) => facts.computed.has(key))
      ? 'a computed trait'
      : undefined
  if (owner === undefined) return []
  return [
    { field: `${field}.trait`, message: `"${step.trait}" is the key of ${owner}`, remedy: 'Write a trait of another name.' },
  ]
}

/** Problems of one step by itself: what it names and what it waits for; `here` is what it may ask of the context. */
export const stepProblems = (field: string, step: Step, facts: Facts, here: Keys): readonly Problem[] => {
  switch (step.type) {
    case 'delay':
      return waitProblems(`${field}.for`, step.for, facts.limits)
    case 'hold':
      return holdProblems(field, step, facts, here)
    case 'split':
      return splitProblems(field, step, facts, here)
    case 'random_split':
      return randomProblems(field, step)
    case 'send':
      return sendProblems(field, step, facts)
    case 'set_trait':
      return traitProblems(field, step, facts)
    case 'exit':
      return []
    default:
      return unreachable(step)
  }
}
