import type { Json } from '../../base/json.ts'
import type { Effect } from './effect.ts'
import { type Change, headingOf } from './plan.ts'

const WORDS: Readonly<Record<string, string>> = {
  entered: 'enter',
  exited: 'exit',
  stayed: 'stay',
  changed: 'values change',
  kept: 'values stay',
}

const effectLine = ({ numbers, note = '' }: Effect): string => {
  if (!numbers) return note
  const counts = Object.entries(numbers).map(([what, count]) => `${count.toLocaleString('en')} ${WORDS[what] ?? what}`)
  return `${counts.join(', ')}${note && ` (${note})`}`
}

const written = (value: Json | object): string => (typeof value === 'string' ? value : JSON.stringify(value))

const linesOf = (change: Change): readonly string[] => {
  if (change.type === 'missing') return []
  if (change.type === 'make') return [change.to.query]
  return change.fields.flatMap((field) => [
    `${field}: - ${written(change.from[field])}`,
    `${' '.repeat(field.length + 2)}+ ${written(change.to[field])}`,
  ])
}

/** A plan as people read it: each change with its difference and what it does to people. */
export const showPlan = (plan: readonly { readonly change: Change; readonly effect: Effect }[]): string => {
  if (plan.length === 0) return 'The space says what the files say. Nothing to do.'
  const parts = plan.map(({ change, effect }) =>
    [headingOf(change), ...linesOf(change).map((line) => `    ${line}`), `    ${effectLine(effect)}`].join('\n'),
  )
  const number = (type: Change['type']): number => plan.filter(({ change }) => change.type === type).length
  return `${parts.join('\n')}\n\n${number('make')} to make, ${number('change')} to change, ${number('missing')} not in the files.`
}
