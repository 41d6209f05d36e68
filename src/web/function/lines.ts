/** A line of two texts: in both, only in the first (-), or only in the second (+). */
export type Line = { readonly mark: ' ' | '-' | '+'; readonly text: string }

const MOST_PAIRS = 4_000_000

/** The lines in which two texts differ, and those around them. */
export const linesBetween = (first: string, second: string): readonly Line[] => {
  const [a, b] = [first.split('\n'), second.split('\n')]
  const marked = (mark: Line['mark'], lines: readonly string[]): readonly Line[] => lines.map((text) => ({ mark, text }))
  if (a.length * b.length > MOST_PAIRS) return [...marked('-', a), ...marked('+', b)]
  const width = b.length + 1
  const common = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => common[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? 1 + at(i + 1, j + 1) : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]]
    if (x !== undefined && x === y) {
      lines.push({ mark: ' ', text: x })
      i++
      j++
    } else if (x !== undefined && (y === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: '-', text: x })
      i++
    } else {
      lines.push({ mark: '+', text: y ?? '' })
      j++
    }
  }
  return lines
}
