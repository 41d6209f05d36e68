type Stop = { readonly name: string; readonly stop: () => Promise<void>; readonly kill: () => void }

/** What has been started and must be stopped, last first. */
export type Stops = {
  /** `kill` ends it at once and without order, for when there is no time left. */
  readonly add: (name: string, stop: () => Promise<void>, kill?: () => void) => void
  readonly all: () => Promise<readonly string[]>
  readonly killAll: () => void
}

export const createStops = (): Stops => {
  const stack: Stop[] = []
  return {
    add: (name, stop, kill = () => {}) => void stack.push({ name, stop, kill }),
    all: async () => {
      const failures: string[] = []
      for (let last = stack.at(-1); last; last = stack.at(-1)) {
        const { name, stop } = last
        await stop().catch((error: unknown) => failures.push(`${name} did not stop in order: ${String(error)}`))
        stack.pop()
      }
      return failures
    },
    killAll: () => {
      for (const { kill } of stack) kill()
    },
  }
}
