import { Button, NativeSelect } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'
import { SourceControls } from './controls.tsx'
import type { Met } from './wire.ts'

type Named = { readonly id: string; readonly name: string }

const unplannedFirst = (events: readonly Met[]): readonly Met[] =>
  events.toSorted((a, b) => Number(a.planned) - Number(b.planned))

const Consequences = ({ of }: { readonly of: readonly Met[] }) => {
  const unplanned = of.filter(({ planned }) => !planned)
  if (of.length === 0) return <p className="dim">This source sent nothing in the last 7 days.</p>
  return (
    <>
      <p>
        {unplanned.length === 0
          ? `All ${many(of.length, 'name')} of the last 7 days are in the plan.`
          : `${unplanned.length} of ${many(of.length, 'name')} of the last 7 days would be unplanned.`}
      </p>
      <ul className="list">
        {unplannedFirst(of)
          .slice(0, 50)
          .map(({ type, name, count, planned }) => (
            <li key={`${type} ${name}`}>
              <span className="grow">
                {name} <span className="dim">{type}</span>
              </span>
              <span className="dim">{many(count, 'call')}</span>
              <span>{planned ? 'planned' : 'unplanned'}</span>
            </li>
          ))}
      </ul>
    </>
  )
}

const Connect = ({ plan, sources }: { readonly plan: string; readonly sources: readonly Named[] }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [source, setSource] = useState(sources[0]?.id ?? '')
  const [problem, setProblem] = useState<ApiFailure>()
  const events = useGet<{ events: readonly Met[] }>(`/tracking-plans/${plan}/consequences`, {
    params: { sourceId: source },
    enabled: source !== '',
  })
  const connect = (): Promise<void> =>
    api
      .call('POST', `/tracking-plans/${plan}/sources`, { sourceId: source })
      .then(() => queries.invalidateQueries())
      .catch(setProblem)
  return (
    <div className="stack">
      <NativeSelect
        label="Source"
        value={source}
        onChange={(e) => {
          setProblem(undefined)
          setSource(e.currentTarget.value)
        }}
        data={sources.map(({ id, name }) => ({ value: id, label: name }))}
      />
      {source !== '' && <Await of={events}>{({ events: met }) => <Consequences of={met} />}</Await>}
      {problem && <Failing error={problem} title="It could not be connected" />}
      <div>
        <Button onClick={() => void connect()} disabled={source === ''}>
          Connect this source
        </Button>
      </div>
      <p className="dim small">
        Connected, its calls are asked and violations counted. Nothing is blocked unless the source says so.
      </p>
    </div>
  )
}

const Connected = ({ id, name, disconnect }: Named & { readonly disconnect: () => void }) => {
  const [open, setOpen] = useState(false)
  return (
    <li className="connected">
      <Go to={`/sources/${id}`} className="name grow">
        {name}
      </Go>
      <Button
        size="xs"
        variant="default"
        aria-label={open ? `Close ${name}` : `Allow, block, leave out at ${name}`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {open ? 'Close' : 'Allow, block, leave out'}
      </Button>
      <Button size="xs" variant="default" aria-label={`Disconnect ${name}`} onClick={disconnect}>
        Disconnect
      </Button>
      {open && (
        <div className="whole">
          <SourceControls source={id} />
        </div>
      )}
    </li>
  )
}

/** The sources that a plan is asked of, and what connecting another would mean. */
export const Sources = ({ plan }: { readonly plan: string }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const connected = useGet<{ sources: readonly Named[] }>(`/tracking-plans/${plan}/sources`)
  const all = useGet<{ sources: readonly Named[] }>('/sources')
  const disconnect = (id: string): Promise<void> =>
    api
      .call('DELETE', `/tracking-plans/${plan}/sources?sourceId=${encodeURIComponent(id)}`)
      .then(() => queries.invalidateQueries())
      .catch(setProblem)
  return (
    <div className="cols">
      <Block title="Connected sources">
        {problem && <Failing error={problem} title="It could not be disconnected" />}
        <Await of={connected}>
          {({ sources }) => (
            <ul className="list">
              {sources.map(({ id, name }) => (
                <Connected key={id} id={id} name={name} disconnect={() => void disconnect(id)} />
              ))}
              {sources.length === 0 && <li className="dim">None: nothing is asked by this plan.</li>}
            </ul>
          )}
        </Await>
      </Block>
      <Block title="Connect a source">
        <Await of={all}>
          {({ sources }) => (
            <Await of={connected}>
              {({ sources: there }) => {
                const others = sources.filter(({ id }) => !there.some((one) => one.id === id))
                return <Connect key={others.map(({ id }) => id).join()} plan={plan} sources={others} />
              }}
            </Await>
          )}
        </Await>
      </Block>
    </div>
  )
}
