import type { Filter } from '../audience/condition.ts'
import { filterSentence } from '../audience/sentence.ts'
import { unreachable } from '../base/must.ts'
import { branchSentences } from './branch-sentence.ts'
import type { Entry, ExitRule, JourneyDefinition, Step } from './definition.ts'
import { inOrder } from './edges.ts'

/** Names behind the keys that a definition mentions; a key without a name stands for itself. */
export type Names = {
  readonly templates?: ReadonlyMap<string, string>
  readonly audiences?: ReadonlyMap<string, string>
}

const quoted = (text: string): string => `"${text}"`

const and = (parts: readonly string[], word = 'and'): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`

const written = (value: string | number | boolean): string => (typeof value === 'string' ? quoted(value) : String(value))

const eventWords = (event: string, where: Filter | undefined): string =>
  where ? `${event} where ${filterSentence(where)}` : event

/** How one enters, in words: `When somebody enters "Lapsing", once`. */
export const entrySentence = (entry: Entry, names: Names = {}): string => {
  const audience = (key: string): string => quoted(names.audiences?.get(key) ?? key)
  const often = entry.frequency === 'once' ? 'only the first time' : 'every time'
  if (entry.type === 'audience')
    return `When somebody enters ${audience(entry.audience)}, ${often}${entry.existing ? ', and those who are in it at publishing' : ''}`
  const member = entry.audience === undefined ? '' : ` while in ${audience(entry.audience)}`
  const apart = entry.identifier === undefined ? '' : `, one run for each ${entry.identifier}`
  return `On ${eventWords(entry.event, entry.where)}${member}, ${often}${apart}`
}

/** What throws one out, in words: `Leaves on Order Completed`. */
export const exitSentence = (rule: ExitRule): string =>
  `Leaves on ${eventWords(rule.event, rule.where)}${rule.match_identifier ? ', if it has the same identifier' : ''}`

const CHANNEL_WORDS = { email: 'Email', sms: 'Text', push: 'Push' } as const

const holdSentence = (step: Extract<Step, { type: 'hold' }>): string => {
  const ways = step.branches.map(({ event, where, loop }) => `${eventWords(event, where)}${loop ? ' (waits anew)' : ''}`)
  return `Hold until ${and(ways, 'or')}, at most ${step.timeout.after}`
}

/** What a step does, in words, from its definition alone: `Email "We miss you"`, `Wait 3 days`, `Hold until Order Completed, at most 7 days`. */
export const stepSentence = (step: Step, names: Names = {}): string => {
  switch (step.type) {
    case 'delay':
      return `Wait ${step.for}`
    case 'hold':
      return holdSentence(step)
    case 'split':
      return `Split: ${[...step.branches.map(({ name }) => name), step.otherwise.name].join(' / ')}`
    case 'random_split':
      return `Random split: ${step.branches.map(({ name, percent }) => `${percent}% ${name}`).join(', ')}`
    case 'send':
      return `${CHANNEL_WORDS[step.channel]} ${quoted(names.templates?.get(step.template) ?? step.template)}`
    case 'set_trait':
      return step.value === null ? `Clear the trait ${step.trait}` : `Set the trait ${step.trait} to ${written(step.value)}`
    case 'exit':
      return step.reason ? `Exit: ${step.reason}` : 'Exit'
    default:
      return unreachable(step)
  }
}

/** The whole journey as lines that read from top to bottom: entry, exits, then each step as one walks, and set in below it what its branches ask. */
export const journeySentences = (definition: JourneyDefinition, names: Names = {}): readonly string[] => [
  entrySentence(definition.entry, names),
  ...definition.exits.map(exitSentence),
  ...inOrder(definition)
    .flatMap((id) => definition.steps[id] ?? [])
    .flatMap((step) => [
      stepSentence(step, names),
      ...branchSentences(step, names).map(({ branch, sentence }) => `  ${branch}: ${sentence}`),
    ]),
]
