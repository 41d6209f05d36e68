/**
 * A token bucket: `wait(n, now)` takes `n` tokens and answers how many milliseconds must pass before they are really there. Holds at most a
 * quarter of a second's worth, so that an idle account does not begin with a burst that its provider would refuse.
 */
export type Bucket = { readonly wait: (tokens: number, nowMs: number) => number }

export const bucket = (perSecond: number): Bucket => {
  const most = Math.max(1, perSecond / 4)
  let tokens = most
  let at: number | undefined
  return {
    wait: (wanted, nowMs) => {
      tokens = Math.min(most, tokens + ((nowMs - (at ?? nowMs)) / 1000) * perSecond)
      at = Math.max(nowMs, at ?? nowMs)
      tokens -= wanted
      return tokens >= 0 ? 0 : Math.ceil((-tokens / perSecond) * 1000)
    },
  }
}
