import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { EventTools } from '../destination/event-tools.tsx'
import { useSearchWord } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { number } from '../parts/words.ts'
import { Download } from './schema-csv.tsx'
import { type Entry, Row } from './schema-row.tsx'

type Schema = { readonly plan: { readonly name: string } | null; readonly entries: readonly Entry[] }
type Shown = 'events' | 'identify' | 'group'

const LABELS: Readonly<Record<Shown, string>> = { events: 'Events', identify: 'Traits of people', group: 'Traits of accounts' }
const inView = (entry: Entry, view: string): boolean => (view === 'events' ? entry.name !== '' : entry.type === view)

const Add = ({ change }: { readonly change: (body: object) => Promise<void> }) => {
  const [name, setName] = useState('')
  const add = (event: FormEvent): void => {
    event.preventDefault()
    void change({ type: 'track', name: name.trim(), enabled: true }).then(() => setName(''))
  }
  return (
    <form className="row wrap" onSubmit={add}>
      <TextInput
        size="xs"
        aria-label="Name of a new event"
        placeholder="An event to come"
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <Button size="xs" type="submit" variant="default" disabled={name.trim() === ''}>
        Add
      </Button>
    </form>
  )
}

const useChanges = (source: string) => {
  const api = useApi()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const act = (method: 'PATCH' | 'POST', path: string, body: object): Promise<void> => {
    setProblem(undefined)
    return api
      .call(method, `/sources/${source}/${path}`, body)
      .then(() => queries.invalidateQueries({ queryKey: [`/sources/${source}/schema`] }))
      .catch(setProblem)
  }
  return {
    problem,
    change: (body: object) => act('PATCH', 'switches', body),
    clear: (body: object) => act('POST', 'schema/clear', body),
  }
}

const sum = (entries: readonly Entry[], of: 'allowed' | 'blocked'): string =>
  number(entries.reduce((total, entry) => total + entry[of], 0))

const Clear = ({ plan, clear }: { readonly plan: boolean; readonly clear: (body: object) => Promise<void> }) => {
  const [sure, setSure] = useState(false)
  const go = (body: object): void => void clear(body).then(() => setSure(false))
  if (!sure)
    return (
      <Button size="xs" variant="default" onClick={() => setSure(true)}>
        Clear this page…
      </Button>
    )
  return (
    <div className="row wrap">
      <span className="dim small">What is stored stays; names come back when they arrive again.</span>
      <Button size="xs" variant="default" onClick={() => go({ unplanned: true })}>
        {plan ? 'Clear unplanned events' : 'Clear all events'}
      </Button>
      <Button size="xs" variant="default" onClick={() => go(plan ? { planned: true } : { traits: true })}>
        {plan ? 'Clear planned events' : 'Clear all traits'}
      </Button>
      <Button size="xs" variant="default" onClick={() => setSure(false)}>
        Keep it
      </Button>
    </div>
  )
}

const Table = ({ of, source, planned, change }: Omit<Parameters<typeof Row>[0], 'of'> & { readonly of: readonly Entry[] }) => (
  <table className="rows">
    <thead>
      <tr>
        <th>Name</th>
        <th className="num">Last seen</th>
        <th className="num">Let in</th>
        <th className="num">Blocked</th>
        <th />
      </tr>
    </thead>
    <tbody>
      {of.map((entry) => (
        <Row key={`${entry.type} ${entry.name} ${entry.path}`} of={entry} source={source} planned={planned} change={change} />
      ))}
    </tbody>
  </table>
)

/** What a source sent, by event and trait, and a switch for each: the schema page (spec/connections §2.4). */
export const Schema = ({ source }: { readonly source: string }) => {
  const [view, setView] = useSearchWord('view', 'events')
  const [archived, setArchived] = useSearchWord('archived')
  const schema = useGet<Schema>(`/sources/${source}/schema`, {
    params: archived === '' ? {} : { archived: 'true' },
    every: 5_000,
    keep: true,
  })
  const { problem, change, clear } = useChanges(source)
  return (
    <Await of={schema}>
      {({ plan, entries }) => {
        const shown = entries.filter((entry) => inView(entry, view))
        return (
          <Block
            title={LABELS[view as Shown] ?? LABELS.events}
            aside={`${sum(shown, 'allowed')} let in, ${sum(shown, 'blocked')} blocked in 7 days`}
          >
            <div className="filters">
              <NativeSelect
                size="xs"
                aria-label="Show"
                value={view}
                onChange={(e) => setView(e.currentTarget.value)}
                data={Object.entries(LABELS).map(([value, label]) => ({ value, label }))}
              />
              <NativeSelect
                size="xs"
                aria-label="Archived or not"
                value={archived}
                onChange={(e) => setArchived(e.currentTarget.value)}
                data={[
                  { value: '', label: 'In use' },
                  { value: 'yes', label: 'Archived' },
                ]}
              />
              {view === 'events' && <Add change={change} />}
              <Download source={source} type={view === 'events' ? 'track' : view} />
              <Clear plan={plan !== null} clear={clear} />
            </div>
            {plan && (
              <p className="dim small">
                The tracking plan “{plan.name}” decides what is let in: its controls, not switches here.
              </p>
            )}
            {view !== 'events' && <EventTools source={source} type={view} name="" />}
            {problem && <Failing error={problem} title="This could not be changed" />}
            {shown.length === 0 ? (
              <Empty icon="event" title={archived === '' ? 'Nothing came yet.' : 'Nothing is archived.'} />
            ) : (
              <Table of={shown} source={source} planned={plan !== null} change={change} />
            )}
          </Block>
        )
      }}
    </Await>
  )
}
