import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useGet, useList } from '../api.ts'
import { textOf } from '../parts/call-text.tsx'
import { More } from '../parts/figures.tsx'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { capital, instant, number } from '../parts/words.ts'
import { Exchange } from './exchange.tsx'
import type { Attempt, Delivery, Destination, Mapping } from './wire.ts'
import { reasonInWords, STATES } from './words.ts'

const OUTCOMES: Readonly<Record<Attempt['outcome'], string>> = {
  delivered: 'was taken',
  retry: 'was not taken, and is tried again',
  failed: 'was refused',
}

const Attempts = ({ of, names }: { readonly of: readonly Attempt[]; readonly names: ReadonlyMap<string, string> }) => (
  <ol className="attempts">
    {of.map((one) => (
      <li key={`${one.attempt} ${one.mappingId}`}>
        <div>
          <strong>
            Attempt {one.attempt} by {names.get(one.mappingId) ?? 'a mapping that is gone'}
          </strong>{' '}
          {OUTCOMES[one.outcome]}
          {one.reason && `: ${reasonInWords(one.reason)}`}.{' '}
          <span className="dim small">
            {instant(one.at)}, {number(one.durationMs)} ms
          </span>
        </div>
        <Exchange request={one.request} status={one.status} response={one.response} />
      </li>
    ))}
  </ol>
)

const Opened = ({ of, names }: { readonly of: Delivery; readonly names: ReadonlyMap<string, string> }) => (
  <div className="opened stack">
    <dl className="pairs">
      <dt>Message</dt>
      <dd className="mono">{of.messageId}</dd>
      <dt>Received</dt>
      <dd>
        {instant(of.receivedAt)}, <Go to={`/people/${of.profileId}`}>from this person</Go>
      </dd>
      {of.status === 'queued' && of.attempts.length > 0 && (
        <>
          <dt>Tried again</dt>
          <dd>
            <Ago at={of.dueAt} />
          </dd>
        </>
      )}
      {of.detail && (
        <>
          <dt>Why</dt>
          <dd>{of.detail.replace(/^answered /, 'The tool answered ')}</dd>
        </>
      )}
      {of.reason && (
        <>
          <dt>Code</dt>
          <dd className="mono">{of.reason}</dd>
        </>
      )}
    </dl>
    <div>
      <h3>You sent</h3>
      {of.call ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard
        <pre tabIndex={0}>{textOf(of.call)}</pre>
      ) : (
        <p className="dim small">Not kept: the call is kept of what waits, of what failed, and of a few of the others.</p>
      )}
    </div>
    {of.attempts.length === 0 ? (
      <p className="dim small">{of.status === 'queued' ? 'It has not been sent yet.' : 'No request was sent.'}</p>
    ) : (
      <Attempts of={of.attempts} names={names} />
    )}
  </div>
)

const Line = ({ of, names }: { readonly of: Delivery; readonly names: ReadonlyMap<string, string> }) => {
  const [open, setOpen] = useState(false)
  const what = of.name === '' || of.name === of.type ? capital(of.type) : of.name
  return (
    <li className="from-top wrap">
      <div className="grow">
        <button type="button" className="link-button left called" aria-expanded={open} onClick={() => setOpen(!open)}>
          <strong>{what}</strong>
        </button>{' '}
        <span className="dim small">
          {of.type} {of.replay && 'sent again'}
        </span>
        {of.reason && <div className="small">{reasonInWords(of.reason)}</div>}
      </div>
      <Status of={of.status} says={STATES[of.status]} />
      <span className="dim small">
        <Ago at={of.receivedAt} />
      </span>
      {open && <Opened of={of} names={names} />}
    </li>
  )
}

const CHOICES = Object.entries(STATES).map(([value, label]) => ({ value, label }))

const None = ({ of, searched }: { readonly of: Destination; readonly searched: boolean }) =>
  searched ? (
    <Empty icon="search" title="No such call">
      Deliveries are kept for 28 days. Take the search away to see the latest ones.
    </Empty>
  ) : (
    <Empty icon="delivery" title="Nothing came yet" action={<Go to={`/destinations/${of.id}?tab=test`}>Send a test call</Go>}>
      Each call of the source stands here with what became of it, for 28 days.
    </Empty>
  )

/** What is new waits behind a pill, so that the list stands still; what became of those that are shown moves. */
const List = ({ of, names }: { readonly of: readonly Delivery[]; readonly names: ReadonlyMap<string, string> }) => {
  const newest = of[0]?.receivedAt ?? ''
  const [since, setSince] = useState(newest)
  const waiting = of.filter(({ receivedAt }) => receivedAt > since).length
  return (
    <>
      {waiting > 0 && (
        <button type="button" className="more" onClick={() => setSince(newest)}>
          {waiting} new
        </button>
      )}
      <ul className="list" aria-label="Deliveries">
        {of
          .filter(({ receivedAt }) => receivedAt <= since)
          .map((one) => (
            <Line key={one.id} of={one} names={names} />
          ))}
      </ul>
    </>
  )
}

const Found = ({ of, messageId, status }: { readonly of: Destination; readonly messageId: string; readonly status: string }) => {
  const mappings = useGet<{ mappings: readonly Mapping[] }>(`/destinations/${of.id}/mappings`)
  const names = new Map((mappings.data?.mappings ?? []).map(({ id, name }) => [id, name]))
  const { items, error, more, loadingMore, again } = useList<Delivery>(`/destinations/${of.id}/deliveries`, 'deliveries', {
    params: { messageId: messageId.trim(), status, count: 25 },
    every: 3_000,
  })
  return (
    <Await of={{ data: items, error, refetch: again }}>
      {(deliveries) =>
        deliveries.length === 0 ? (
          <None of={of} searched={messageId !== '' || status !== ''} />
        ) : (
          <>
            <List key={`${messageId} ${status}`} of={deliveries} names={names} />
            <More more={more} busy={loadingMore} />
          </>
        )
      }
    </Await>
  )
}

/** What became of each call, newest first, with every request and its answer (spec/connections §3.4). */
export const Deliveries = ({ of }: { readonly of: Destination }) => {
  const [messageId, setMessage] = useSearchWord('message')
  const [status, setStatus] = useSearchWord('status')
  return (
    <Block title="What became of each call">
      <div className="stack">
        <div className="row wrap">
          <NativeSelect
            label="Show"
            value={status}
            data={[{ value: '', label: 'All' }, ...CHOICES]}
            onChange={({ currentTarget }) => setStatus(currentTarget.value)}
          />
          <TextInput
            label="Of one call"
            placeholder="its messageId"
            value={messageId}
            onChange={({ currentTarget }) => setMessage(currentTarget.value)}
          />
        </div>
        {status === 'failed' && (
          <p className="small">
            When the tool takes calls again,{' '}
            <Go to={`/destinations/${of.id}?tab=replay&failed=yes`} className="accent">
              send what failed again
            </Go>
            .
          </p>
        )}
        <Found of={of} messageId={messageId} status={status} />
      </div>
    </Block>
  )
}
