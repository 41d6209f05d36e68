import type { Tested } from './shapes.ts'

/** What the door did with a call, in words: one step after the other, as they are asked. */
export type DoorLine = {
  readonly key: string
  readonly tone: 'good' | 'warn' | 'bad' | 'plain'
  readonly text: string
  readonly details: readonly string[]
}

type Door = Tested['door']
type Said = Door['filters']

const SECOND_MS = 1_000

const skew = (ms: number): string => {
  const seconds = Math.round(Math.abs(ms) / SECOND_MS)
  return `${seconds.toLocaleString('en')} s ${ms > 0 ? 'behind' : 'ahead of'} ours`
}

const timeLine = ({ time, event }: Door): DoorLine | undefined => {
  const { said, sentAt, clockSkewMs, timestamp, receivedAt } = time
  const base = { key: 'time', tone: 'plain' as const }
  if (timestamp === null) return undefined
  if (said === null) return { ...base, text: 'Happens when it is received: it says no time', details: [receivedAt] }
  if (sentAt === null || clockSkewMs === null)
    return { ...base, text: `Happened at ${timestamp}`, details: ['It says no sentAt, so its clock is believed.'] }
  const corrected = Math.abs(clockSkewMs) >= SECOND_MS && event !== undefined
  return {
    ...base,
    tone: corrected ? 'warn' : 'plain',
    text: corrected ? `Happened at ${timestamp}: its clock is ${skew(clockSkewMs)}` : `Happened at ${timestamp}`,
    details: [`It says ${said}, sent at ${sentAt}; received at ${receivedAt}.`],
  }
}

const toneOf = ({ verdict, violations }: Pick<Said, 'verdict' | 'violations'>): DoorLine['tone'] =>
  verdict === 'drop' ? 'bad' : verdict === 'change' || violations.length > 0 ? 'warn' : 'good'

const violationsIn = (said: Pick<Said, 'violations' | 'omitted'>): readonly string[] => [
  ...said.violations.map(({ type, field, description }) => `${type}: ${field} ${description}`),
  ...(said.omitted.length > 0 ? [`Taken out: ${said.omitted.join(', ')}`] : []),
]

const filterLine = (filters: Door['filters']): readonly DoorLine[] => {
  if (!filters.asked) return []
  const text =
    filters.verdict === 'drop' ? `A filter drops it: it ${filters.reason}` : `No filter drops it (${filters.names.length} asked)`
  return [{ key: 'filters', tone: toneOf(filters), text, details: filters.verdict === 'drop' ? [] : filters.names }]
}

const planLine = (plan: Door['plan']): readonly DoorLine[] => {
  if (!plan.asked) return []
  const name = `The tracking plan “${plan.name ?? ''}”`
  const text =
    plan.verdict === 'drop'
      ? `${name} blocks it: it ${plan.reason}`
      : plan.verdict === 'change' || plan.violations.length > 0
        ? `${name} is broken, and lets it in`
        : `${name} is kept`
  return [{ key: 'plan', tone: toneOf(plan), text, details: violationsIn(plan) }]
}

const switchLine = (switches: Door['switches']): readonly DoorLine[] => {
  if (!switches.asked) return []
  const text =
    switches.verdict === 'drop'
      ? `It is switched off: ${switches.reason}`
      : switches.verdict === 'change'
        ? 'Something in it is switched off'
        : `Nothing in it is switched off (${switches.off} are)`
  return [{ key: 'switches', tone: toneOf(switches), text, details: violationsIn(switches) }]
}

const insertLine = (insert: Door['insert']): readonly DoorLine[] => {
  if (!insert.asked) return []
  const { verdict, did, reason, name = '' } = insert
  const text =
    verdict === 'drop'
      ? `It ${reason}`
      : verdict === 'change'
        ? `The function “${name}” changes it`
        : `The function “${name}” leaves it as it is`
  return [{ key: 'insert', tone: toneOf(insert), text, details: did }]
}

const transformationLine = (transformations: Door['transformations']): readonly DoorLine[] => {
  if (!transformations.asked || transformations.verdict === 'pass') return []
  const { verdict, did, reason } = transformations
  const text = verdict === 'drop' ? `It ${reason}` : 'A transformation changes it'
  return [{ key: 'transformations', tone: toneOf(transformations), text, details: did }]
}

const FATES = {
  taken: 'Is taken',
  filtered: 'Is not taken: its integrations say that it is not for Usher',
  duplicate: 'Changes nothing: this messageId came before',
  dropped: 'Is not taken',
} as const

const fateLine = ({ fate, problem, answer }: Door): DoorLine => {
  const because = problem ? `: ${problem.code}` : ''
  const sentence = problem ? [`${problem.field} ${problem.message}`.trim() + (problem.remedy ? `: ${problem.remedy}` : '')] : []
  return {
    key: 'fate',
    tone: fate === 'taken' ? 'good' : fate === 'dropped' ? 'bad' : 'warn',
    text: `${FATES[fate]}${because}`,
    details: [...sentence, `The sender is answered ${answer}.`],
  }
}

const eventLine = ({ event }: Door): readonly DoorLine[] =>
  event
    ? [
        {
          key: 'event',
          tone: 'plain',
          text: `Is stored as “${event.name}” (${event.type})`,
          details: event.identifiers.map(({ type, value }) => `${type}: ${value}`),
        },
      ]
    : []

/** What the door says of a call: its fate first, then why. */
export const doorLines = (door: Door): readonly DoorLine[] => [
  fateLine(door),
  ...[timeLine(door)].filter((line) => line !== undefined),
  ...filterLine(door.filters),
  ...planLine(door.plan),
  ...switchLine(door.switches),
  ...insertLine(door.insert),
  ...transformationLine(door.transformations),
  ...eventLine(door),
  ...door.forwards.map(({ sourceId, name }, place) => ({
    key: `forward ${place}`,
    tone: 'warn' as const,
    text: `Goes on to the source ${sourceId} as “${name}”`,
    details: [],
  })),
]
