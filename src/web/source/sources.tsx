import { Button, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many, number } from '../parts/words.ts'
import type { Overview } from '../wire.ts'
import { ConnectedSources } from './connected.tsx'

type Source = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly enabled?: boolean
  readonly writeKey?: string
  readonly writeKeys?: readonly string[]
  readonly lastSeenAt?: string | null
  readonly idle?: boolean
}

const PAGES = [
  ['/tracking-plans', 'Tracking plans', 'Which events and properties are right; what breaks them'],
  ['/transformations', 'Transformations', 'What is renamed, set, hashed or dropped before anything is stored'],
  ['/functions', 'Functions', 'Code of your own that changes or drops what is sent'],
  ['/alerts', 'Alerts', 'What is unusual at the sources, and who hears of it'],
] as const

const keyOf = (source: Source): string => source.writeKey ?? source.writeKeys?.[0] ?? ''

// Kept to ten minutes.
const isRecent = (at: string): boolean => Date.now() - Date.parse(at) < 1_200_000

const List = ({ of }: { readonly of: readonly Source[] }) => (
  <ul className="list">
    {of.map((source) => (
      <li key={source.id} className="wrap">
        <div className="grow">
          <Go to={`/sources/${source.id}`} className="name">
            {source.name}
          </Go>{' '}
          <span className="dim">{source.kind}</span>
          {source.idle && (
            <div className="tone-warn small">
              <Icon name="warn" size={13} /> Nothing came in for 14 days or longer
            </div>
          )}
          {!source.idle && source.lastSeenAt && (
            <div className="dim small">
              last call {isRecent(source.lastSeenAt) ? 'within 20 minutes' : <Ago at={source.lastSeenAt} />}
            </div>
          )}
        </div>
        {keyOf(source) && <span className="mono soft">write key {keyOf(source)}</span>}
      </li>
    ))}
  </ul>
)

const Create = () => {
  const api = useApi()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [made, setMade] = useState<Source>()
  const [problem, setProblem] = useState<ApiFailure>()
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setProblem(undefined)
    await api
      .call<{ data: { source: Source; writeKey?: string } }>('POST', '/sources', { name: name.trim(), kind: 'server' })
      .then(async ({ data }) => {
        setMade({ ...data.source, writeKey: data.writeKey ?? keyOf(data.source) })
        setName('')
        await queries.invalidateQueries({ queryKey: ['/sources'] })
      })
      .catch(setProblem)
  }
  return (
    <form onSubmit={(event) => void create(event)} className="stack">
      <div className="row wrap">
        <TextInput
          placeholder="Web shop"
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
          aria-label="Name of the source"
        />
        <Button type="submit" variant="default" disabled={name.trim() === ''}>
          Add a source
        </Button>
      </div>
      {problem && <Failing error={problem} />}
      {made && (
        <div>
          Configure your SDK with this write key: <pre>{keyOf(made)}</pre>
        </div>
      )}
    </form>
  )
}

const Example = () => (
  // A region that scrolls must be reachable by keyboard, or nobody without a mouse reads its end.
  // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
  <pre tabIndex={0}>{`import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: '<write key>', host: '${window.location.origin}' })
analytics.track({ userId: '42', event: 'Order Completed', properties: { total: 39.5 } })`}</pre>
)

type Came = { readonly name: string; readonly count: number; readonly properties: readonly string[] }

const Names = ({ of }: { readonly of: readonly Came[] }) => (
  <ul className="list">
    {of.map((event) => (
      <li key={event.name}>
        <span className="grow">
          {event.name}
          <div className="dim small clip">{event.properties.join(', ')}</div>
        </span>
        <b>{number(event.count)}</b>
      </li>
    ))}
  </ul>
)

/** Where events come from, how to send them, and what came in by name. */
export default function Sources() {
  const sources = useGet<{ sources: readonly Source[] }>('/sources')
  const came = useGet<{ events: readonly Came[] }>('/catalog/events', { every: 10_000 })
  const overview = useGet<Overview>('/overview')
  const { events } = overview.data ?? {}
  return (
    <Page
      title="Sources"
      tab="Sources"
      fact={
        events
          ? `${many(events.total, 'event')}, ${number(events.last24h)} in 24 hours, ${number(events.perSecond)} a second now.`
          : 'Sources'
      }
    >
      <div className="cols">
        <div className="stack">
          <Block title="Sources">
            <Await of={sources}>{({ sources: all }) => <List of={all} />}</Await>
            <Create />
          </Block>
          <ConnectedSources />
          <Block title="What calls should look like">
            <ul className="list">
              {PAGES.map(([to, label, what]) => (
                <li key={to}>
                  <div className="grow">
                    <Go to={to} className="name">
                      {label}
                    </Go>
                    <div className="dim small">{what}</div>
                  </div>
                </li>
              ))}
            </ul>
          </Block>
          <Block title="Point any Segment SDK here">
            <Example />
          </Block>
        </div>
        <Block title="What came in, by name">
          <Await of={came}>
            {({ events: names }) => (names.length === 0 ? <Empty icon="event" title="No event yet" /> : <Names of={names} />)}
          </Await>
        </Block>
      </div>
    </Page>
  )
}
