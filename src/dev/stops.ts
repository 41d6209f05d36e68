/** What has been started and must be stopped, last first. */
export type Stops = {
  readonly add: (name: string, stop: () => Promise<void>) => void
  readonly all: () => Promise<readonly string[]>
}

export const createStops = (): Stops => {
  const stack: { readonly name: string; readonly stop: () => Promise<void> }[] = []
  return {
    add: (name, stop) => void stack.push({ name, stop }),
    all: async () => {
      const failures: string[] = []
      for (let last = stack.pop(); last; last = stack.pop()) {
        const { name, stop } = last
        await stop().catch((error: unknown) => failures.push(`${name} did not stop in order: ${String(error)}`))
      }
      return failures
    },
  }
}
