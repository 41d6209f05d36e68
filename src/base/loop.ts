export type Loop = { readonly wake: () => void; readonly stop: () => Promise<void> }

/**
 * Repeats `work` one at a time: again at once while it answers true (there was more), else when woken or after `everyMs`. What `work`
 * throws goes to `failed` and the loop goes on.
 */
export const loop = (everyMs: number, work: () => Promise<boolean>, failed: (error: unknown) => void): Loop => {
  let stopped = false
  let woken = false
  let wakeUp: (() => void) | undefined
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const running = (async () => {
    while (!stopped) {
      woken = false
      const more = await work().catch((error: unknown) => {
        failed(error)
        return false
      })
      if (!more && !woken && !stopped) await pause()
    }
  })()
  return {
    wake: () => {
      woken = true
      wakeUp?.()
    },
    stop: async () => {
      stopped = true
      wakeUp?.()
      await running
    },
  }
}
