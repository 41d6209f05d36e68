import { Button, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { eventsIn } from '../../base/event-stream.ts'
import { useApi } from '../api.ts'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block } from '../parts/page.tsx'
import { Empty } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { capital, human, many } from '../parts/words.ts'
import type { Session } from '../wire.ts'
import { pretty as broken } from './dropped.tsx'
import { waitingFor } from './waiting.ts'

/** A call in the debugger. */
export type Call = {
  readonly id: string
  readonly receivedAt: string
  readonly type: string
  readonly name: string
  readonly messageId: string | null
  readonly status: 'stored' | 'duplicate' | 'filtered' | 'dropped'
  readonly profileId: string | null
  readonly problems: readonly {
    readonly code: string
    readonly field: string
    readonly message: string
    readonly remedy: string
  }[]
  /** What the plan, switches and transformations did to it, in words. */
  readonly changes: readonly string[]
  readonly raw: string
  readonly pretty: string
}

const MOST = 500

type Hearing = { readonly call: (call: Call) => void; readonly connected: () => void }

const follow = async (session: Session, source: string, signal: AbortSignal, hear: Hearing): Promise<void> => {
  const answer = await fetch(`/spaces/${encodeURIComponent(session.spaceId)}/sources/${source}/calls/live`, {
    headers: { authorization: `Bearer ${session.token}` },
    signal,
  })
  if (!answer.ok || !answer.body) throw new Error(`calls answered ${answer.status}`)
  hear.connected()
  for await (const data of eventsIn(answer.body)) hear.call(JSON.parse(data) as Call)
}

/** The newest calls, live while the page is open; what comes while it is paused waits behind a number. */
const useCalls = (source: string) => {
  const { session } = useApi()
  const [calls, setCalls] = useState<readonly Call[]>([])
  const [waiting] = useState(() => waitingFor<Call>(MOST))
  const [lost, setLost] = useState(false)
  useEffect(() => {
    const ending = new AbortController()
    const again = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        await follow(session, source, ending.signal, { call: waiting.add, connected: () => setLost(false) }).catch(() => {})
        if (!ending.signal.aborted) setLost(true)
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    }
    void again()
    return () => ending.abort()
  }, [session, source, waiting])
  const take = (): void => {
    if (waiting.count() === 0) return
    const came = waiting.take()
    setCalls((before) => [...came, ...before].slice(0, MOST))
  }
  return { calls, take, waiting: waiting.count, lost }
}

const MEANS: Readonly<Record<Call['status'], string>> = {
  stored: 'stored',
  duplicate: 'came before',
  filtered: 'not meant for Usher',
  dropped: 'not taken',
}

const tookAsItCame = ({ status, changes }: Call): boolean => status === 'stored' && changes.length === 0

const VIEWS = ['pretty', 'raw', 'violations'] as const

const Details = ({ of, source }: { readonly of: Call; readonly source: string }) => {
  const [view, setView] = useState<(typeof VIEWS)[number]>('pretty')
  return (
    <div className="stack tight">
      <div className="filters spaced">
        {VIEWS.map((one) => (
          <button key={one} type="button" className="chip" aria-pressed={view === one} onClick={() => setView(one)}>
            {one === 'violations' ? `Violations (${of.problems.length})` : capital(one)}
          </button>
        ))}
        {of.profileId && (
          <Go to={`/people/${of.profileId}`} className="accent small">
            Whose it is
          </Go>
        )}
        <Go to={`/sources/${source}?tab=test&call=${of.id}`} className="accent small">
          Try it again
        </Go>
      </div>
      {of.changes.length > 0 && (
        <ul className="small" aria-label="What was done to it">
          {of.changes.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
      {view === 'violations' ? (
        <ul className="list">
          {of.problems.map((one) => (
            <li key={one.code + one.message}>
              <span>
                <strong>{human(one.code)}</strong> {one.field} {one.message} <span className="soft">{one.remedy}</span>
              </span>
            </li>
          ))}
          {of.problems.length === 0 && <li className="dim">{tookAsItCame(of) ? 'None: it was taken as it came.' : 'None.'}</li>}
        </ul>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard
        <pre tabIndex={0}>{view === 'pretty' ? of.pretty : broken(of.raw)}</pre>
      )}
    </div>
  )
}

const Row = ({ of, source }: { readonly of: Call; readonly source: string }) => {
  const [open, setOpen] = useState(false)
  return (
    <li className={open ? 'from-top' : ''}>
      <div className="grow">
        <button type="button" className="link-button left" aria-expanded={open} onClick={() => setOpen(!open)}>
          {of.type || 'call'} {of.name !== of.type && <strong>{of.name}</strong>}
        </button>{' '}
        <span className={of.status === 'dropped' ? 'tone-bad' : 'dim'}>
          <Icon name={of.status === 'stored' ? 'check' : of.status === 'dropped' ? 'cross' : 'archive'} size={13} />{' '}
          {MEANS[of.status]}
          {of.problems[0] && `: ${human(of.problems[0].code)}`}
        </span>
        {open && <Details of={of} source={source} />}
      </div>
      <span className="soft small">
        <Ago at={of.receivedAt} />
      </span>
    </li>
  )
}

const matches = (call: Call, search: string, status: string): boolean =>
  (status === '' || call.status === status) && `${call.name} ${call.raw}`.toLowerCase().includes(search.toLowerCase())

/** The source debugger: calls as they come, what became of each, as code and as JSON. */
export const Live = ({ source }: { readonly source: string }) => {
  const { calls, take, waiting, lost } = useCalls(source)
  const [paused, setPaused] = useState(false)
  const [search, setSearch] = useSearchWord('search')
  const [status, setStatus] = useSearchWord('status')
  const [, setTurn] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => (paused ? setTurn((turn) => turn + 1) : take()), 300)
    return () => clearInterval(timer)
  })
  const found = calls.filter((call) => matches(call, search, status))
  return (
    <Block
      title={
        calls.length === 0
          ? 'Waiting for calls'
          : found.length === calls.length
            ? `The last ${many(calls.length, 'call')}`
            : `${found.length} of the last ${many(calls.length, 'call')}`
      }
      aside={lost ? 'The connection is lost; trying again' : paused ? `${waiting()} new` : 'live'}
    >
      <div className="filters">
        <TextInput
          size="xs"
          placeholder="Find in the calls"
          aria-label="Find in the calls"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {(['stored', 'dropped'] as const).map((one) => (
          <button
            key={one}
            type="button"
            className="chip"
            aria-pressed={status === one}
            onClick={() => setStatus(status === one ? '' : one)}
          >
            {MEANS[one]}
          </button>
        ))}
        <Button size="xs" variant="default" onClick={() => setPaused(!paused)}>
          {paused ? 'Go on' : 'Pause'}
        </Button>
      </div>
      {found.length === 0 && (
        <Empty icon="event" title={calls.length === 0 ? 'No call came in yet since somebody looks.' : 'None of them.'} />
      )}
      <ul className="list">
        {found.map((call) => (
          <Row key={call.id} of={call} source={source} />
        ))}
      </ul>
    </Block>
  )
}
