export type Loop = { readonly wake: () => void; readonly stop: () => Promise<void> }

/**
 * Repeats `work` one at a time: again while it answers true (there was more), else when woken or after `everyMs`. What `work` throws goes to
 * `failed` and the loop goes on. After each time it rests for `restMs`, woken or not: what comes in a stream is then done in few batches
 * instead of many, while what comes after a silence is done at once.
 */
export const loop = (everyMs: number, work: () => Promise<boolean>, failed: (error: unknown) => void, restMs = 0): Loop => {
  let stopped = false
  let woken = false
  let resting = false
  let wakeUp: (() => void) | undefined
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const rest = async (): Promise<void> => {
    resting = true
    await pause(restMs)
    resting = false
  }
  const running = (async () => {
    while (!stopped) {
      woken = false
      const more = await work().catch((error: unknown) => {
        failed(error)
        return false
      })
      if (restMs > 0 && !stopped) await rest()
      if (!more && !woken && !stopped) await pause(everyMs)
    }
  })()
  return {
    wake: () => {
      woken = true
      if (!resting) wakeUp?.()
    },
    stop: async () => {
      stopped = true
      wakeUp?.()
      await running
    },
  }
}
