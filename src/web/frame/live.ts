import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { eventsIn } from '../../base/event-stream.ts'
import { useApi } from '../api.ts'
import type { Overview, Session } from '../wire.ts'

const followOnce = async (session: Session, signal: AbortSignal, hear: (overview: Overview) => void): Promise<void> => {
  const answer = await fetch(`/spaces/${encodeURIComponent(session.spaceId)}/live`, {
    headers: { authorization: `Bearer ${session.token}` },
    signal,
  })
  if (!answer.ok || !answer.body) throw new Error(`live answered ${answer.status}`)
  for await (const data of eventsIn(answer.body)) hear(JSON.parse(data) as Overview)
}

export type Connection = 'connecting' | 'live' | 'away'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Keeps the overview moving from the server's event stream, while the page is looked at; says how the stream is. */
export const useLive = (queries: QueryClient): Connection => {
  const { session } = useApi()
  const [connection, setConnection] = useState<Connection>('connecting')
  useEffect(() => {
    const ending = new AbortController()
    const hear = (overview: Overview): void => {
      setConnection('live')
      queries.setQueryData(['/overview', {}], overview)
    }
    const follow = async (): Promise<void> => {
      for (let failures = 0; !ending.signal.aborted; failures++) {
        await followOnce(session, ending.signal, (overview) => {
          failures = 0
          hear(overview)
        }).catch(() => {})
        if (ending.signal.aborted) return
        setConnection('away')
        await pause(Math.min(15_000, 1_000 * 2 ** failures))
      }
    }
    void follow()
    return () => ending.abort()
  }, [session, queries])
  return connection
}
