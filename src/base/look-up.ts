// Tokens come and go: what was found is not kept for each that there ever was.
const MOST_KEPT = 10_000

/**
 * Looks things up by a key and remembers those it found for `keepMs`: what changes stays as it was for that long at most. Who asks while it is
 * looked up waits for the same answer: else all that arrives in that moment would take the connections from those who store.
 */
export const createLookUp = <T>(
  find: (key: string) => Promise<T | undefined>,
  now: () => Date,
  keepMs: number,
): ((key: string) => Promise<T | undefined>) => {
  const found = new Map<string, { readonly value: Promise<T | undefined>; readonly until: number }>()
  const forget = (key: string): undefined => void found.delete(key)
  return (key) => {
    const at = now().getTime()
    const known = found.get(key)
    if (known && known.until > at) return known.value
    const value = find(key)
    if (found.size >= MOST_KEPT) found.clear()
    found.set(key, { value, until: at + keepMs })
    value.then((one) => one ?? forget(key), forget.bind(undefined, key))
    return value
  }
}
