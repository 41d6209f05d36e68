/** One thing a person got. `messageId` is ours, where the sender said it. */
export type Received = {
  readonly id: string
  readonly channel: 'email' | 'sms' | 'push'
  readonly from: string
  readonly to: string
  readonly title: string
  readonly text: string
  readonly html?: string
  readonly link?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly messageId?: string
  readonly receivedAt: string
  /** What the person did about it, in this page: a reply. */
  readonly replies: string[]
  /** Where an answer by text message goes; never shown. */
  readonly replyUrl?: string
}

export type Search = { readonly search?: string | undefined; readonly channel?: string | undefined; readonly count: number }

export type Store = {
  readonly add: (received: Omit<Received, 'id' | 'receivedAt' | 'replies'>) => Received
  readonly find: (id: string) => Received | undefined
  readonly list: (search: Search) => readonly Received[]
  readonly counts: () => Readonly<Record<'total' | Received['channel'], number>>
}

const MOST = 5_000

const matches = (received: Received, { search, channel }: Search): boolean =>
  (!channel || received.channel === channel) &&
  (!search || `${received.to} ${received.title} ${received.text}`.toLowerCase().includes(search.toLowerCase()))

/** Keeps the newest 5,000 in memory, and counts all there ever were. */
export const createStore = (now: () => Date): Store => {
  const kept: Received[] = []
  const byId = new Map<string, Received>()
  const counts = { total: 0, email: 0, sms: 0, push: 0 }
  return {
    add: (fields) => {
      counts.total++
      counts[fields.channel]++
      const received = { ...fields, id: String(counts.total), receivedAt: now().toISOString(), replies: [] }
      kept.push(received)
      byId.set(received.id, received)
      if (kept.length > MOST) byId.delete(kept.shift()?.id ?? '')
      return received
    },
    find: (id) => byId.get(id),
    list: (search) =>
      kept
        .toReversed()
        .filter((received) => matches(received, search))
        .slice(0, search.count),
    counts: () => ({ ...counts }),
  }
}
