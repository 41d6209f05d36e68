import { many, number, shown } from '../parts/words.ts'
import type { About, ComputedTrait, Measure, Numbers } from './wire.ts'

/** The nine kinds of computed traits as people call them (spec/audiences §7.1); the last is the list's length. */
export const KINDS: Readonly<Record<Measure['kind'], string>> = {
  count: 'Event counter',
  sum: 'Sum',
  average: 'Average',
  min: 'Minimum',
  max: 'Maximum',
  most_frequent: 'Most frequent',
  first: 'First',
  last: 'Last',
  unique: 'Unique list',
  unique_count: 'Unique list count',
}

export const kindOf = ({ definition }: Pick<ComputedTrait, 'definition'>): string => KINDS[definition.measure.kind]

/** A number as short as it is still exact enough. */
export const short = (value: number): string => number(Math.round(value * 100) / 100)

/** A stored value in words: lists by their entries. */
export const valueWords = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(shown).join(', ')
  return typeof value === 'number' ? number(value) : shown(value)
}

/** Whom a number of profiles is of. */
export const whoWords = (count: number, about: About): string =>
  about === 'ACCOUNTS' ? many(count, 'account') : many(count, 'person', 'people')

/** `, 93 on average, from 10 to 180`; nothing where there are no numbers. */
export const numberWords = (numbers: Numbers | undefined): string => {
  if (!numbers) return ''
  const { low, high, average } = numbers
  return low === high ? `, always ${short(low)}` : `, ${short(average)} on average, from ${short(low)} to ${short(high)}`
}

/** Where a profile's page is. */
export const pageOf = (about: About, id: string): string => `/${about === 'ACCOUNTS' ? 'accounts' : 'people'}/${id}`
