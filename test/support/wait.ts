/** Waits for a fact, looking every 20 ms: answers the first value that is neither undefined nor false. @throws after `atMostMs`. */
export const until = async <T>(what: string, look: () => Promise<T | undefined | false>, atMostMs = 30_000): Promise<T> => {
  const end = Date.now() + atMostMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`waited ${atMostMs} ms for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
