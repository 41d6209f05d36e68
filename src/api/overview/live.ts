import type { Overview } from './overview.ts'

type Listener = (overview: Overview) => void
type Channel = { readonly listeners: Set<Listener>; stopped: boolean }

export type Live = {
  /** Hears the space's overview each second; answers how to stop. */
  readonly listen: (spaceId: string, hear: Listener) => () => void
  readonly close: () => void
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

/**
 * One loop a space, however many listen, and none when nobody does. It rests ten times as long as reading took: a space whose overview is slow
 * gets it less often instead of keeping the database busy.
 */
export const createLive = (read: (spaceId: string) => Promise<Overview>, everyMs = 1_000): Live => {
  const channels = new Map<string, Channel>()
  const turn = async (spaceId: string, channel: Channel): Promise<void> => {
    while (!channel.stopped) {
      const started = performance.now()
      const overview = await read(spaceId).catch(() => undefined)
      if (overview) for (const hear of channel.listeners) hear(overview)
      await pause(Math.max(everyMs, 10 * (performance.now() - started)))
    }
  }
  const open = (spaceId: string): Channel => {
    const channel: Channel = { listeners: new Set(), stopped: false }
    channels.set(spaceId, channel)
    void turn(spaceId, channel)
    return channel
  }
  const stop = (spaceId: string, channel: Channel): void => {
    channel.stopped = true
    if (channels.get(spaceId) === channel) channels.delete(spaceId)
  }
  return {
    listen: (spaceId, hear) => {
      const channel = channels.get(spaceId) ?? open(spaceId)
      channel.listeners.add(hear)
      return () => {
        channel.listeners.delete(hear)
        if (channel.listeners.size === 0) stop(spaceId, channel)
      }
    },
    close: () => {
      for (const [spaceId, channel] of channels) stop(spaceId, channel)
    },
  }
}
