import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type * as z from 'zod'
import type { DestinationConnection } from '../../api/connection/shapes.ts'
import { useApi, useGet } from '../api.ts'
import type { Destination, Tool } from '../destination/wire.ts'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { many } from '../parts/words.ts'

type Connection = z.infer<typeof DestinationConnection>
type Of = { readonly id: string; readonly name: string }
type Noun = 'audiences' | 'computed-traits'

const useConnecting = (path: string) => {
  const api = useApi()
  const queries = useQueryClient()
  const acting = useActing()
  const send = (method: 'POST' | 'PATCH' | 'DELETE', to: string, body?: unknown): void =>
    acting.act(async () => {
      await api.call(method, `${path}${to}`, body)
      await queries.invalidateQueries()
    })
  return { ...acting, send }
}

const LOOKS = { Syncing: 'computing', Live: 'live', Paused: 'paused' } as const
const SAID = { Syncing: 'syncing', Live: 'live', Paused: 'paused' } as const

const Removing = ({ of, remove, busy }: { readonly of: Connection; readonly remove: () => void; readonly busy: boolean }) => {
  const [open, setOpen] = useState(false)
  const { name } = of.destination
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        Remove {name}
      </Button>
      <Dialog title={`Remove “${name}”`} opened={open} close={() => setOpen(false)}>
        <p>It is told nothing more, and keeps what it was told. Connected again, it begins anew.</p>
        <Answers problem={undefined} close={() => setOpen(false)}>
          <Button color="red.9" loading={busy} onClick={remove}>
            Remove it
          </Button>
        </Answers>
      </Dialog>
    </>
  )
}

// Without a mapping calls go nowhere; a list needs none.
const Hints = ({ of, list }: { readonly of: Connection; readonly list: boolean }) => (
  <>
    {!of.destination.enabled && <p className="small">The destination is switched off.</p>}
    {!list && of.mappings.enabled === 0 && <p className="small">No mapping of it is on: it gets nothing yet.</p>}
    {of.lastError && <p className="small tone-bad">It is tried again: {of.lastError}</p>}
  </>
)

const Line = ({ of, path, list }: { readonly of: Connection; readonly path: string; readonly list: boolean }) => {
  const { busy, problem, send } = useConnecting(path)
  const { name, metadata, id } = of.destination
  return (
    <li>
      <div className="row wrap">
        <Go to={`/destinations/${id}`}>{name}</Go>
        <span className="dim">
          {list ? `${metadata.name}, a list` : `${metadata.name}, ${many(of.mappings.enabled, 'mapping')} on`}
        </span>
        <Status of={LOOKS[of.syncStatus]} says={SAID[of.syncStatus]} title={of.status} />
        <Button variant="default" size="xs" loading={busy} onClick={() => send('PATCH', `/${of.id}`, { enabled: !of.enabled })}>
          {of.enabled ? `Pause ${name}` : `Go on with ${name}`}
        </Button>
        <Removing of={of} busy={busy} remove={() => send('DELETE', `/${of.id}`)} />
      </div>
      <Hints of={of} list={list} />
      {problem && <Failing error={problem} />}
    </li>
  )
}

const Connect = ({ path, free, noun }: { readonly path: string; readonly free: readonly Destination[]; readonly noun: Noun }) => {
  const { busy, problem, send } = useConnecting(path)
  const [chosen, choose] = useState('')
  const [includeExisting, include] = useState(true)
  const id = free.some((one) => one.id === chosen) ? chosen : (free[0]?.id ?? '')
  const connect = (event: FormEvent): void => {
    event.preventDefault()
    send('POST', '', { destination: { id }, includeExisting })
  }
  return (
    <form onSubmit={connect} className="stack" aria-label="Connect a destination">
      <NativeSelect
        label="Destination"
        value={id}
        data={free.map((one) => ({ value: one.id, label: `${one.name} (${one.metadata.name})` }))}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      />
      <Checkbox
        label={noun === 'audiences' ? 'Tell it who is in already' : 'Tell it the values that there are already'}
        checked={includeExisting}
        onChange={({ currentTarget }) => include(currentTarget.checked)}
      />
      {problem && <Failing error={problem} title="It was not connected" />}
      <div className="row">
        <Button type="submit" loading={busy}>
          Connect it
        </Button>
      </div>
    </form>
  )
}

/** The destinations that an audience or computed trait is told to: connect, pause, remove. Tools that keep lists take audiences only. */
export const Destinations = ({ of, noun }: { readonly of: Of; readonly noun: Noun }) => {
  const path = `/${noun}/${of.id}/destination-connections`
  const found = useGet<{ destinationConnections: readonly Connection[] }>(path, { every: 3_000 })
  const { data: all } = useGet<{ destinations: readonly Destination[] }>('/destinations')
  const { data: catalogue } = useGet<{ destinationsCatalog: readonly Tool[] }>('/catalog/destinations')
  const lists = new Set((catalogue?.destinationsCatalog ?? []).filter(({ kind }) => kind === 'list').map(({ slug }) => slug))
  const taken = new Set((found.data?.destinationConnections ?? []).map(({ destination }) => destination.id))
  const fits = (all?.destinations ?? []).filter(({ metadata }) => noun === 'audiences' || !lists.has(metadata.slug))
  const free = catalogue ? fits.filter(({ id }) => !taken.has(id)) : []
  return (
    <Block title="Destinations" aside={<Go to="/destinations">All destinations</Go>}>
      <Await of={found}>
        {({ destinationConnections: connections }) => (
          <div className="stack">
            {connections.length === 0 && (
              <Empty icon="destinations" title="No destination is told of it">
                {noun === 'audiences'
                  ? 'Connected, a destination is told who is in, and then who enters and exits.'
                  : 'Connected, a destination is told each value, and then each that is another.'}
              </Empty>
            )}
            <ul className="list">
              {connections.map((one) => (
                <Line key={one.id} of={one} path={path} list={lists.has(one.destination.metadata.slug)} />
              ))}
            </ul>
            {free.length > 0 && <Connect path={path} free={free} noun={noun} />}
          </div>
        )}
      </Await>
    </Block>
  )
}
