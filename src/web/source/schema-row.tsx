import { Button } from '@mantine/core'
import { useState } from 'react'
import { useGet } from '../api.ts'
import { EventTools } from '../destination/event-tools.tsx'
import { Await } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { number } from '../parts/words.ts'

export type Entry = {
  readonly type: string
  readonly name: string
  readonly path: string
  readonly kind: string
  readonly lastSeenAt: string | null
  readonly allowed: number
  readonly blocked: number
  readonly enabled: boolean
  readonly archivedAt: string | null
  readonly planned: boolean | null
  readonly frequent: readonly { readonly value: unknown; readonly count: number }[]
}
type Changing = {
  readonly source: string
  readonly planned: boolean
  readonly change: (body: object) => Promise<void>
}

const Values = ({ of }: { readonly of: Entry['frequent'] }) =>
  of.length === 0 ? null : (
    <div className="sub">{of.map(({ value, count }) => `${JSON.stringify(value)} ${number(count)}×`).join(', ')}</div>
  )

const Switches = ({ of, planned, change }: Omit<Changing, 'source'> & { readonly of: Entry }) => {
  const { type, name, path, enabled, archivedAt } = of
  const label = path || name
  const archivable = planned ? !of.planned : !enabled
  return (
    <div className="row wrap">
      {!planned && (
        <Button
          size="xs"
          variant="default"
          aria-label={`Switch ${enabled ? 'off' : 'on'} ${label}`}
          onClick={() => void change({ type, name, path, enabled: !enabled })}
        >
          {enabled ? 'Switch off' : 'Switch on'}
        </Button>
      )}
      {(archivable || archivedAt) && (
        <Button
          size="xs"
          variant="default"
          aria-label={`${archivedAt ? 'Take out of the archive:' : 'Archive'} ${label}`}
          onClick={() => void change({ type, name, path, archived: archivedAt === null })}
        >
          {archivedAt ? 'Take out' : 'Archive'}
        </Button>
      )}
    </div>
  )
}

const Properties = ({ of, source, planned, change }: Changing & { readonly of: Entry }) => {
  const found = useGet<{ entries: readonly Entry[] }>(`/sources/${source}/schema`, { params: { type: of.type, event: of.name } })
  return (
    <Await of={found}>
      {({ entries }) => (
        <ul className="list">
          {entries.map((entry) => (
            <li key={entry.path} className="wrap">
              <div className="grow">
                <span className="mono">{entry.path}</span> <span className="dim">{entry.kind}</span>
                {entry.planned === false && <span className="tone-warn"> unplanned</span>}
                <Values of={entry.frequent} />
              </div>
              <span className="soft small">
                {number(entry.allowed)} let in, {number(entry.blocked)} blocked
              </span>
              <Switches of={entry} planned={planned} change={change} />
            </li>
          ))}
          {entries.length === 0 && <li className="dim">No properties.</li>}
        </ul>
      )}
    </Await>
  )
}

/** One event, which opens to its properties, or one trait. */
export const Row = ({ of, source, planned, change }: Changing & { readonly of: Entry }) => {
  const [open, setOpen] = useState(false)
  return (
    <tr>
      <td className="main">
        {of.name === '' ? (
          <>
            <span className="mono">{of.path}</span> <span className="dim">{of.kind}</span>
            <Values of={of.frequent} />
          </>
        ) : (
          <button type="button" className="link-button left" aria-expanded={open} onClick={() => setOpen(!open)}>
            <strong>{of.name}</strong>
          </button>
        )}
        {of.planned !== null && <span className={of.planned ? 'dim' : 'tone-warn'}> {of.planned ? 'planned' : 'unplanned'}</span>}
        {!of.enabled && !planned && <span className="tone-bad"> off</span>}
        {of.name !== '' && <EventTools source={source} type={of.type} name={of.name} />}
        {open && <Properties of={of} source={source} planned={planned} change={change} />}
      </td>
      <td className="num soft">{of.lastSeenAt === null ? 'never' : <Ago at={of.lastSeenAt} />}</td>
      <td className="num">{number(of.allowed)}</td>
      <td className="num">{number(of.blocked)}</td>
      <td>
        <Switches of={of} planned={planned} change={change} />
      </td>
    </tr>
  )
}
