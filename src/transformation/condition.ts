import { Invalid } from '../base/errors.ts'
import type { TransformationRow } from '../db/rows/transformation.ts'
import type { Expression } from '../fql/expression.ts'
import { parseFql } from '../fql/parse.ts'

/** Which calls a transformation is about: those of one event, or all identify or group calls. */
export type Subject = Pick<TransformationRow, 'type' | 'event'>

const wrong = (): Invalid =>
  new Invalid('invalid_condition', [
    {
      field: 'if',
      message: 'is none of what a transformation can be about',
      remedy: "write event = 'Order Completed', type = 'identify' or type = 'group'",
    },
  ])

const sidesOf = (expression: Expression): readonly [string, string] | undefined => {
  if (expression.kind !== 'compare' || expression.by !== '=') return undefined
  const { left, right } = expression
  if (left.kind !== 'field' || left.path.length !== 1 || right.kind !== 'literal' || typeof right.value !== 'string')
    return undefined
  return [left.path[0] ?? '', right.value]
}

/** Reads `event='X'`, `type='identify'` or `type='group'` (spec/connections §1.7). @throws Invalid for anything else. */
export const subjectFrom = (condition: string): Subject => {
  const [field, value] = sidesOf(parseFql(condition)) ?? []
  if (field === 'event' && value !== undefined && value !== '') return { type: 'track', event: value }
  if (field === 'type' && (value === 'identify' || value === 'group')) return { type: value, event: '' }
  throw wrong()
}

/** The same, written. */
export const conditionOf = ({ type, event }: Subject): string =>
  type === 'track' ? `event = ${JSON.stringify(event)}` : `type = ${JSON.stringify(type)}`

/** Where calls of this type carry what they say. */
export const bagOf = ({ type }: Pick<Subject, 'type'>): 'properties' | 'traits' => (type === 'track' ? 'properties' : 'traits')
