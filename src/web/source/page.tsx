import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { DestinationsOf } from '../destination/of-source.tsx'
import { Block, Page, Tabs, Trail } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import { Dropped, type Drops } from './dropped.tsx'
import { Filters } from './filters.tsx'
import { Live } from './live.tsx'
import { SourceOAuth } from './oauth.tsx'
import { Overview } from './overview.tsx'
import { Schema } from './schema.tsx'
import { TestCall } from './test-call.tsx'

export type Source = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly enabled: boolean
  readonly strict: boolean
  readonly writeKeys: readonly string[]
  readonly oauth: { readonly appId: string | null; readonly enforced: boolean }
  readonly lastSeenAt: string | null
  readonly idle: boolean
}

const Keys = ({ of }: { readonly of: Source }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const act = (method: 'POST' | 'DELETE', path: string): Promise<void> => {
    setProblem(undefined)
    return api
      .call(method, path)
      .then(() => queries.invalidateQueries())
      .catch(setProblem)
  }
  return (
    <Block title="Write keys">
      {problem && <Failing error={problem} title="This could not be changed" />}
      <ul className="list" aria-label="Write keys">
        {of.writeKeys.map((key) => (
          <li key={key}>
            <span className="mono clip grow">{key}</span>
            {of.writeKeys.length > 1 && (
              <Button
                size="xs"
                variant="default"
                aria-label={`Delete the write key ${key}`}
                onClick={() => void act('DELETE', `/sources/${of.id}/writekey/${encodeURIComponent(key)}`)}
              >
                Delete
              </Button>
            )}
          </li>
        ))}
        <li className="wrap">
          <span className="grow dim small">
            To change a key without loss: add one, configure the SDK with it, delete the old one.
          </span>
          <Button size="xs" variant="default" onClick={() => void act('POST', `/sources/${of.id}/writekey`)}>
            Add a write key
          </Button>
        </li>
      </ul>
    </Block>
  )
}

const Settings = ({ of }: { readonly of: Source }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const change = (change: Partial<Source>): Promise<void> =>
    api
      .call('PATCH', `/sources/${of.id}`, change)
      .then(() => queries.invalidateQueries())
      .catch(setProblem)
  return (
    <Block title="Settings">
      {problem && <Failing error={problem} title="This could not be changed" />}
      <ul className="list">
        <li className="wrap">
          <span className="grow">{of.enabled ? 'It lets calls in.' : 'It is switched off: nothing comes in.'}</span>
          <Button size="xs" variant="default" onClick={() => void change({ enabled: !of.enabled })}>
            {of.enabled ? 'Switch off' : 'Switch on'}
          </Button>
        </li>
        <li className="wrap">
          <span className="grow">
            {of.strict
              ? 'It is strict: a call that is not taken is answered with a 4xx that says why.'
              : 'It answers 200 to every call, as Segment does, and counts here what it does not take.'}
          </span>
          <Button size="xs" variant="default" onClick={() => void change({ strict: !of.strict })}>
            {of.strict ? 'Make it lenient' : 'Make it strict'}
          </Button>
        </li>
      </ul>
    </Block>
  )
}

const Setup = ({ of }: { readonly of: Source }) => (
  <div className="stack">
    <Settings of={of} />
    <Keys of={of} />
    <SourceOAuth of={of} />
  </div>
)

/** It is not switched off for that: only somebody who knows it can say whether something is wrong. */
const Silent = ({ of }: { readonly of: Source }) => (
  <div className="block attention" role="status">
    <strong>{of.lastSeenAt === null ? 'Nothing came in for 14 days or longer.' : 'Nothing came in since '}</strong>
    {of.lastSeenAt !== null && <Ago at={of.lastSeenAt} />} Is the SDK still configured with a write key of this source? If nothing
    shall come any more, switch it off under Settings.
  </div>
)

const Opened = ({ of }: { readonly of: Source }) => {
  const drops = useGet<Drops>(`/sources/${of.id}/drops`, { every: 5_000 })
  const fact = !of.enabled
    ? 'switched off'
    : drops.data === undefined
      ? of.kind
      : drops.data.total === 0
        ? 'everything was taken in 24 hours'
        : `${many(drops.data.total, 'time')} something was not taken in 24 hours`
  return (
    <Page
      title={
        <Trail to="/sources" of="Sources">
          {of.name}
        </Trail>
      }
      tab={of.name}
      fact={`${of.name}: ${fact}.`}
    >
      {of.idle && <Silent of={of} />}
      <Tabs
        of={[
          { key: 'live', label: 'Live', body: () => <Live source={of.id} /> },
          { key: 'overview', label: 'Overview', body: () => <Overview source={of.id} /> },
          { key: 'test', label: 'Try a call', body: () => <TestCall source={of.id} /> },
          { key: 'schema', label: 'What it sends', body: () => <Schema source={of.id} /> },
          { key: 'dropped', label: 'Not taken', body: () => <Dropped source={of.id} /> },
          { key: 'filters', label: 'Filters', body: () => <Filters source={of.id} /> },
          { key: 'destinations', label: 'Destinations', body: () => <DestinationsOf source={of.id} /> },
          { key: 'settings', label: 'Settings', body: () => <Setup of={of} /> },
        ]}
      />
    </Page>
  )
}

/** One source: what came in, what was not taken and why, and its settings. */
export default function SourcePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const source = useGet<{ source: Source }>(`/sources/${id}`)
  return <Await of={source}>{({ source: of }) => <Opened of={of} />}</Await>
}
