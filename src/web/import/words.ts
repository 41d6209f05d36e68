import { many, number } from '../parts/words.ts'
import type { Import } from './wire.ts'

/** How much of a file is done, of 100; undefined where nobody knows how much there is: a packed file of calls. */
export const percentOf = ({ kind, bytes, fileName, progress, status }: Import): number | undefined => {
  const { expected, reached, taken, duplicates, refused } = progress
  if (status === 'COMPLETED') return 100
  if (kind !== 'calls') return expected ? Math.min(100, Math.floor((100 * (taken + duplicates + refused)) / expected)) : 0
  return /\.gz$/i.test(fileName) ? undefined : Math.min(100, Math.floor((100 * reached) / Math.max(1, bytes)))
}

/** `12,000 calls taken, 3 there before, 1 line refused`. */
export const countsInWords = ({ kind, progress: { taken, duplicates, refused } }: Import): string =>
  [
    kind === 'profiles' ? `${many(taken, 'row')} taken` : `${many(taken, 'call')} taken`,
    ...(duplicates > 0 ? [`${number(duplicates)} there before`] : []),
    refused > 0 ? `${many(refused, 'line')} refused` : 'none refused',
  ].join(', ')
