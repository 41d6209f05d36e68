/** A place in what is made: names of objects and numbers of array items. */
export type KeyPath = readonly (string | number)[]

const MOST_ITEMS = 1_000
// A name, plain or in double quotes, then numbers in brackets; a dot before all but the first.
const STEP = /(?:"((?:[^"\\]|\\.)*)"|((?:[^."[\]\\]|\\[\s\S])+))((?:\[\d+\])*)(\.|$)/y

/**
 * The place that a key of a mapping means: `info.name` and `info[0].email` nest, `"user.email"` is one name (spec/connections §3.1), and so is
 * `user\.email`. Undefined for what cannot be read so.
 */
export const keyPathOf = (key: string): KeyPath | undefined => {
  const path: (string | number)[] = []
  for (let at = 0; at < key.length || path.length === 0; ) {
    STEP.lastIndex = at
    const found = STEP.exec(key)
    if (!found || found[0] === '') return undefined
    const name = (found[1] ?? found[2] ?? '').replaceAll(/\\([\s\S])/g, '$1')
    if (name === '' || name === '__proto__') return undefined
    path.push(name, ...[...(found[3] ?? '').matchAll(/\d+/g)].map(([number]) => Number(number)))
    at = STEP.lastIndex
    if (found[4] === '.' && at >= key.length) return undefined
  }
  return path.some((step) => typeof step === 'number' && step >= MOST_ITEMS) ? undefined : path
}

/** The place in a call that a path means: `$.properties.items[0].sku`, `$.` for the call itself. A dot inside a name is written `\.`. */
export const sourcePathOf = (path: string): KeyPath | undefined => {
  const inside = path.replace(/^\$\.?/, '')
  return inside === '' ? [] : keyPathOf(inside)
}
