import { unreachable } from '../../base/must.ts'
import type { JourneyDefinition, Step } from '../../journey/definition.ts'
import { edgesOf, TIMEOUT } from '../../journey/edges.ts'
import type { IconName } from '../parts/icon.tsx'
import type { StepFigures } from '../wire.ts'

/** A step as it is drawn: a sentence in its channel's hue, with who is here and who passed. */
export type Drawn = {
  readonly id: string
  readonly sentence: string
  /** What its branches ask, a line each. */
  readonly details: readonly string[]
  /** Why it cannot be done now, where it cannot. */
  readonly failing?: string | undefined
  readonly hue: 'email' | 'sms' | 'push' | 'entry' | 'flow'
  readonly icon: IconName
  readonly here: number
  readonly passed: number
  readonly isEnd: boolean
  readonly ways: readonly Way[]
}
/** A way out of a step: its words, who took it, and where it goes. */
export type Way = {
  readonly to: string
  readonly label: string
  readonly count: number | undefined
  readonly share: number | undefined
}

export const ENTRY = 'entry'

const spoken = (step: Step): string => {
  switch (step.type) {
    case 'delay':
      return `Wait ${step.for}`
    case 'hold':
      return `Wait for ${step.branches.map((branch) => branch.event).join(' or ')}, at most ${step.timeout.after}`
    case 'split':
      return step.branches.length === 1 ? `Is it true: ${step.branches[0]?.name}?` : 'Split by what is true'
    case 'random_split':
      return `Split at random, ${step.branches.map((branch) => `${branch.percent}`).join(' / ')}`
    case 'send':
      return `${step.channel === 'sms' ? 'SMS' : step.channel === 'push' ? 'Push' : 'Email'} “${step.template}”`
    case 'set_trait':
      return `Set ${step.trait} to ${JSON.stringify(step.value)}`
    case 'exit':
      return step.reason ? `Leave: ${step.reason}` : 'Leave the journey'
    default:
      return unreachable(step)
  }
}

const ICONS: Readonly<Record<Step['type'], IconName>> = {
  delay: 'clock',
  hold: 'hold',
  split: 'split',
  random_split: 'split',
  send: 'email',
  set_trait: 'trait',
  exit: 'exit',
}

/** Who enters, in words; `nameOf` gives the name behind an audience's key. */
export const entrySentence = ({ entry }: JourneyDefinition, nameOf: (key: string) => string = (key) => key): string =>
  entry.type === 'audience'
    ? `Whoever enters the audience “${nameOf(entry.audience)}”${entry.existing ? ', and who is in it already' : ''}`
    : `Whoever does ${entry.event}${entry.audience ? ` while in “${nameOf(entry.audience)}”` : ''}`

const labelOf = (step: Step, branch: string): string =>
  step.type === 'hold' && branch === TIMEOUT ? `After ${step.timeout.after}` : branch

const waysOf = (id: string, step: Step, figures: StepFigures | undefined): readonly Way[] => {
  const edges = edgesOf(step)
  const known = new Map(figures?.branches?.map((branch) => [branch.name, branch.count]))
  const all = edges.reduce((sum, { branch }) => sum + (known.get(branch) ?? 0), 0)
  return edges.map(({ branch, next }) => {
    const count = known.get(branch)
    const share = edges.length > 1 && all > 0 ? (count ?? 0) / all : undefined
    return { to: next ?? `${id}.end`, label: labelOf(step, branch), count, share }
  })
}

const endOf = (id: string): Drawn => ({
  id,
  sentence: 'End',
  details: [],
  hue: 'flow',
  icon: 'check',
  here: 0,
  passed: 0,
  isEnd: true,
  ways: [],
})

// A hold's sentence names its events; only what is asked beside them needs a line.
const hasQuestions = (step: Step): boolean => step.type === 'hold' && step.branches.some(({ where, when }) => where ?? when)
const detailOf = ({ branch, sentence }: { readonly branch: string; readonly sentence: string }): string =>
  `${branch}: ${sentence}`

const drawStep = (id: string, step: Step, figures: StepFigures | undefined, failing: string | undefined): Drawn => ({
  id,
  sentence: figures?.sentence || step.name || spoken(step),
  details: step.type === 'split' || hasQuestions(step) ? (figures?.conditions ?? []).map(detailOf) : [],
  failing,
  hue: step.type === 'send' ? step.channel : 'flow',
  icon: step.type === 'send' ? step.channel : ICONS[step.type],
  here: figures?.here ?? 0,
  passed: figures?.passed ?? 0,
  isEnd: step.type === 'exit',
  ways: waysOf(id, step, figures),
})

/** A definition and its figures as what both the canvas and the list show, from the entry on, each step once, ends drawn where they are reached. */
export const draw = (
  definition: JourneyDefinition,
  figures: readonly StepFigures[],
  entered: number,
  nameOf?: (key: string) => string,
  failing: ReadonlyMap<string, string> = new Map(),
): readonly Drawn[] => {
  const byId = new Map(figures.map((one) => [one.step, one]))
  const entry: Drawn = {
    id: ENTRY,
    sentence: entrySentence(definition, nameOf),
    details: [],
    hue: 'entry',
    icon: 'people',
    here: 0,
    passed: entered,
    isEnd: false,
    ways: [{ to: definition.start, label: '', count: undefined, share: undefined }],
  }
  const drawn = new Map<string, Drawn>([[ENTRY, entry]])
  const visit = (id: string): void => {
    if (drawn.has(id)) return
    const step = definition.steps[id]
    const here = step ? drawStep(id, step, byId.get(id), failing.get(id)) : endOf(id)
    drawn.set(id, here)
    for (const way of here.ways) visit(way.to)
  }
  visit(definition.start)
  return [...drawn.values()]
}
