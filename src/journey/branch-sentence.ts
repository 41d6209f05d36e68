import type { Filter } from '../audience/condition.ts'
import { filterSentence, sentence } from '../audience/sentence.ts'
import { type BranchCondition, type ContextLeaf, fold } from './branch-condition.ts'
import type { Step } from './definition.ts'
import type { Names } from './sentences.ts'

type Part = { readonly text: string; readonly negated: string; readonly compound: boolean }

// The words of a comparison are the trait's: only what is compared reads otherwise.
const contextSentence = ({ event, path, compare }: ContextLeaf): string =>
  sentence({ type: 'trait', path, compare }).replace(`“${path}”`, () => `“${path}” of this run's “${event}”`)

const leafPart = (leaf: Parameters<Parameters<typeof fold<Part>>[1]['leaf']>[0], names: Names): Part => {
  if (leaf.type === 'audience') {
    const name = names.audiences?.get(leaf.audience) ?? leaf.audience
    return { text: `is part of “${name}”`, negated: `is not part of “${name}”`, compound: false }
  }
  const text = leaf.type === 'journey_context' ? contextSentence(leaf) : sentence(leaf)
  return { text, negated: `not: ${text}`, compound: false }
}

/** A branch's condition in plain English: `“total” of this run's “Cart_Modified” is greater than 100, and is part of “VIPs”`. */
export const branchSentence = (condition: BranchCondition, names: Names = {}): string =>
  fold<Part>(condition, {
    join: (word, parts) => {
      const text = parts.map((part) => (part.compound && parts.length > 1 ? `(${part.text})` : part.text)).join(`, ${word} `)
      return { text, negated: `not (${text})`, compound: parts.length > 1 }
    },
    not: ({ text, negated, compound }) => ({ text: negated, negated: compound ? `(${text})` : text, compound: false }),
    leaf: (leaf) => leafPart(leaf, names),
  }).text

const eventSentence = (event: string, where: Filter | undefined): string =>
  where ? `“${event}” comes, where ${filterSentence(where)}` : `“${event}” comes`

/** What takes a run into each branch that asks something, in words: those of a split, and those of a hold. */
export const branchSentences = (
  step: Step,
  names: Names = {},
): readonly { readonly branch: string; readonly sentence: string }[] => {
  if (step.type === 'split')
    return step.branches.map(({ name, condition }) => ({ branch: name, sentence: branchSentence(condition, names) }))
  if (step.type !== 'hold') return []
  return step.branches.map(({ name, event, where, when }) => ({
    branch: name,
    sentence: `${eventSentence(event, where)}${when ? `, while ${branchSentence(when, names)}` : ''}`,
  }))
}
