import pg from 'pg'

/** What may have happened: ingestion changed profiles, the outbox has rows, messages are due, calls wait for destinations. */
export type Topic = 'profile_change' | 'outbox' | 'message' | 'event_delivery'

export type Notifier = { readonly notify: (topic: Topic) => void; readonly close: () => void }

/**
 * Tells other processes that there is work, at most once every `everyMs` a topic and outside of transactions: NOTIFY takes a lock that
 * every committing transaction queues for, so one a commit would serialise ingestion. Speed only: whoever misses it finds the work by polling.
 */
export const createNotifier = (pool: pg.Pool, everyMs = 20): Notifier => {
  const waiting = new Map<Topic, NodeJS.Timeout>()
  const send = (topic: Topic): void => {
    waiting.delete(topic)
    pool.query('select pg_notify($1, $2)', ['usher', topic]).catch(() => {})
  }
  return {
    notify: (topic) => {
      if (!waiting.has(topic)) waiting.set(topic, setTimeout(send, everyMs, topic).unref())
    },
    close: () => {
      for (const timer of waiting.values()) clearTimeout(timer)
    },
  }
}

/** Listens until closed, and connects again by itself after the database was away; then reports every topic, since any may have been missed. */
export const listen = (url: string, heard: (topic: Topic) => void): { readonly close: () => Promise<void> } => {
  let closed = false
  let client: pg.Client | undefined
  const again = (): void => {
    client = undefined
    if (!closed) setTimeout(start, 500).unref()
  }
  const start = (): void => {
    const next = new pg.Client({ connectionString: url, application_name: 'usher listen' })
    client = next
    next.on('error', () => {})
    next.on('end', again)
    next.on('notification', (message) => heard(message.payload as Topic))
    next
      .connect()
      .then(() => next.query('listen usher'))
      .then(() => {
        for (const topic of ['profile_change', 'outbox', 'message', 'event_delivery'] as const) heard(topic)
      })
      .catch(() => next.end().catch(() => {}))
  }
  start()
  return {
    close: async () => {
      closed = true
      await client?.end().catch(() => {})
    },
  }
}
