const WINDOW_MS = 60_000

/** How much of a minute's requests is used: counting this one. */
export type Use = { readonly consumed: number; readonly msBeforeNext: number }

/**
 * Counts requests in windows of a minute that begin with the first of them. Each process counts for itself: what it protects, the database,
 * is asked by few of them, and counting together would ask it once more for every request.
 */
export const createWindows = (): ((key: string, now: Date) => Use) => {
  const windows = new Map<string, { readonly ends: number; consumed: number }>()
  return (key, now) => {
    const at = now.getTime()
    const there = windows.get(key)
    const window = there && there.ends > at ? there : { ends: at + WINDOW_MS, consumed: 0 }
    window.consumed += 1
    windows.set(key, window)
    return { consumed: window.consumed, msBeforeNext: window.ends - at }
  }
}
