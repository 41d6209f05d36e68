/** A stretch of two texts: in both, or only in the first (removed) or the second (added). */
export type Stretch = { readonly change: 'same' | 'removed' | 'added'; readonly text: string }

// Beyond this many pairs of words the texts are told apart as a whole: the table would be tens of megabytes.
const MOST_PAIRS = 4_000_000

const wordsOf = (text: string): readonly string[] => text.match(/\s+|[\p{L}\p{N}_]+|./gsu) ?? []

/** How long the longest common sequence of the words from i and from j on is. */
const commonLengths = (a: readonly string[], b: readonly string[]): ((i: number, j: number) => number) => {
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j]
          ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0)
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
  return (i, j) => lengths[i * width + j] ?? 0
}

const joined = (stretches: readonly Stretch[]): readonly Stretch[] => {
  const result: Stretch[] = []
  for (const each of stretches) {
    const last = result.at(-1)
    if (last?.change === each.change) result[result.length - 1] = { change: last.change, text: last.text + each.text }
    else result.push(each)
  }
  return result
}

const stretchesOf = (a: readonly string[], b: readonly string[]): readonly Stretch[] => {
  const common = commonLengths(a, b)
  const stretches: Stretch[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]]
    if (x !== undefined && x === y) {
      stretches.push({ change: 'same', text: x })
      i++
      j++
    } else if (x !== undefined && (y === undefined || common(i + 1, j) >= common(i, j + 1))) {
      stretches.push({ change: 'removed', text: x })
      i++
    } else {
      stretches.push({ change: 'added', text: y ?? '' })
      j++
    }
  }
  return stretches
}

/** The pieces in which two lists differ: what is the same or removed, in order, is the first list; what is the same or added, the second. */
const piecesBetween = (a: readonly string[], b: readonly string[]): readonly Stretch[] =>
  a.length * b.length > MOST_PAIRS
    ? [...a.map((text) => ({ change: 'removed', text }) as const), ...b.map((text) => ({ change: 'added', text }) as const)]
    : stretchesOf(a, b)

/** The words in which two texts differ: what is the same or removed, in order, is the first text; what is the same or added, the second. */
export const differenceOf = (first: string, second: string): readonly Stretch[] =>
  first === second
    ? [{ change: 'same' as const, text: first }].filter(({ text }) => text !== '')
    : joined(piecesBetween(wordsOf(first), wordsOf(second)))

/** The lines in which two texts differ, each a stretch without its line end. */
export const linesBetween = (first: string, second: string): readonly Stretch[] =>
  piecesBetween(first.split('\n'), second.split('\n'))
