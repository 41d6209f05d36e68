type Piece = { readonly kind: 'any' } | { readonly kind: 'one'; readonly fits: (sign: string) => boolean }

const setOf = (signs: readonly string[]): ((sign: string) => boolean) => {
  const singles = new Set<string>()
  const ranges: (readonly [string, string])[] = []
  for (let at = 0; at < signs.length; at++) {
    const [first, dash, last] = [signs[at] ?? '', signs[at + 1], signs[at + 2]]
    if (dash === '-' && last !== undefined) {
      ranges.push([first, last])
      at += 2
    } else singles.add(first)
  }
  return (sign) => singles.has(sign) || ranges.some(([from, to]) => sign >= from && sign <= to)
}

const same =
  (wanted: string) =>
  (sign: string): boolean =>
    sign === wanted

const piecesOf = (pattern: string): readonly Piece[] => {
  const signs = [...pattern]
  const pieces: Piece[] = []
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] ?? ''
    const close = sign === '[' ? signs.indexOf(']', at + 2) : -1
    if (sign === '*') pieces.push({ kind: 'any' })
    else if (sign === '?') pieces.push({ kind: 'one', fits: () => true })
    else if (close > 0) {
      pieces.push({ kind: 'one', fits: setOf(signs.slice(at + 1, close)) })
      at = close
    } else if (sign === '\\' && at + 1 < signs.length) {
      pieces.push({ kind: 'one', fits: same(signs[at + 1] ?? '') })
      at++
    } else pieces.push({ kind: 'one', fits: same(sign) })
  }
  return pieces
}

/**
 * A glob over the whole text, case-sensitive: `*`, `?`, `[abc]`, `[a-z]`, `\x` (spec/audiences §4). Where a star took too little it takes one
 * character more, and only the last star is ever asked again: at most text × pattern steps, no text makes it explode.
 */
export const globOf = (pattern: string): ((text: string) => boolean) => {
  const pieces = piecesOf(pattern)
  return (text) => {
    const signs = [...text]
    let [at, piece, star, from] = [0, 0, -1, 0]
    while (at < signs.length) {
      const here = pieces[piece]
      if (here?.kind === 'one' && here.fits(signs[at] ?? '')) {
        at++
        piece++
      } else if (here?.kind === 'any') {
        star = piece++
        from = at
      } else if (star >= 0) {
        piece = star + 1
        at = ++from
      } else return false
    }
    while (pieces[piece]?.kind === 'any') piece++
    return piece === pieces.length
  }
}
