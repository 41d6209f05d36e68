import type { Comparison, Literal, Operator, Reference, Time } from '../../../audience/condition.ts'

/** What an operator asks for beside itself. */
export type Needs = 'value' | 'text' | 'values' | 'texts' | 'nothing' | 'duration' | 'date'

type Look = { readonly label: string; readonly needs: Needs; readonly group: 'Value' | 'Text' | 'Set or not' | 'Time' }

/** Each operator as it reads after a noun: “have plan equal to pro”. Complete by type: an operator without words does not compile. */
export const OPERATORS: Readonly<Record<Operator, Look>> = {
  equals: { label: 'equal to', needs: 'value', group: 'Value' },
  not_equals: { label: 'different from', needs: 'value', group: 'Value' },
  at_least: { label: 'at least', needs: 'value', group: 'Value' },
  greater_than: { label: 'more than', needs: 'value', group: 'Value' },
  at_most: { label: 'at most', needs: 'value', group: 'Value' },
  less_than: { label: 'less than', needs: 'value', group: 'Value' },
  one_of: { label: 'any of', needs: 'values', group: 'Value' },
  none_of: { label: 'none of', needs: 'values', group: 'Value' },
  contains: { label: 'containing', needs: 'texts', group: 'Text' },
  omits: { label: 'not containing', needs: 'text', group: 'Text' },
  starts_with: { label: 'starting with', needs: 'text', group: 'Text' },
  ends_with: { label: 'ending with', needs: 'text', group: 'Text' },
  exists: { label: 'known', needs: 'nothing', group: 'Set or not' },
  absent: { label: 'unknown', needs: 'nothing', group: 'Set or not' },
  before_date: { label: 'before', needs: 'date', group: 'Time' },
  after_date: { label: 'after', needs: 'date', group: 'Time' },
  within_last: { label: 'in the last', needs: 'duration', group: 'Time' },
  within_next: { label: 'in the next', needs: 'duration', group: 'Time' },
  before_last: { label: 'longer ago than', needs: 'duration', group: 'Time' },
  after_next: { label: 'farther ahead than', needs: 'duration', group: 'Time' },
}

/** Text typed by a person as the literal it means: numbers and true/false, unless what is compared is known to be text. */
export const literalOf = (text: string, type?: string): Literal => {
  if (type === 'string') return text
  if (/^-?\d{1,15}(\.\d{1,10})?$/.test(text.trim())) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text
}

// Here and not taken from the room: with its shapes, zod would come into the page, which asks whether it may evaluate code.
const isLiteral = (right: Literal | Reference | Time): right is Literal => typeof right !== 'object'

const firstOf = (compare: Comparison): Literal => {
  const first = 'value' in compare ? compare.value : 'values' in compare ? (compare.values[0] ?? '') : ''
  return isLiteral(first) ? first : ''
}

/** The same comparison with another operator, keeping what was typed where it still fits. */
export const withOperator = (compare: Comparison, operator: Operator): Comparison => {
  const before = firstOf(compare)
  const made: Record<Needs, unknown> = {
    value: { operator, value: before },
    text: { operator, value: String(before) },
    values: { operator, values: 'values' in compare ? compare.values : before === '' ? [] : [before] },
    texts: {
      operator,
      values: 'values' in compare ? compare.values.filter(isLiteral).map(String) : before === '' ? [] : [String(before)],
    },
    nothing: { operator },
    duration: { operator, duration: 'duration' in compare ? compare.duration : '30 days' },
    date: { operator, value: /^\d{4}-/.test(String(before)) ? before : new Date().toISOString().slice(0, 10) },
  }
  return made[OPERATORS[operator].needs] as Comparison
}

/** Whether a comparison is with literals as they are written: the builder has no words for others. */
export const isSimple = (compare: Comparison): boolean => {
  const rights = 'values' in compare ? compare.values : 'value' in compare ? [compare.value] : []
  return rights.every(isLiteral) && !('ignoreCase' in compare && compare.ignoreCase)
}

/** Whether everything that the operator needs has been given. */
export const isWhole = (compare: Comparison): boolean => {
  if ('values' in compare) return compare.values.length > 0 && compare.values.every((value) => value !== '')
  if ('value' in compare) return compare.value !== ''
  if ('duration' in compare) return /^[1-9]\d{0,5} \w+$/.test(compare.duration)
  return true
}
