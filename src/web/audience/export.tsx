import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Block } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago, useNow } from '../parts/time.tsx'
import { instant, many, number, percent } from '../parts/words.ts'
import type { Audience, Catalog, ExportJob } from '../wire.ts'
import { whoOf } from './moved.ts'
import './organise.css'

type Layout = 'formatted' | 'unformatted'
type Chosen = {
  readonly layout: Layout
  readonly ids: readonly string[]
  readonly computed: readonly string[]
  readonly custom: readonly string[]
}

const toggled = (list: readonly string[], name: string): readonly string[] =>
  list.includes(name) ? list.filter((each) => each !== name) : [...list, name]

const Choices = ({
  title,
  names,
  chosen,
  set,
}: {
  readonly title: string
  readonly names: readonly string[]
  readonly chosen: readonly string[]
  readonly set: (names: readonly string[]) => void
}) =>
  names.length === 0 ? null : (
    <fieldset className="choices">
      <legend>{title}</legend>
      {names.map((name) => (
        <label key={name}>
          <input type="checkbox" checked={chosen.includes(name)} onChange={() => set(toggled(chosen, name))} />
          {name}
        </label>
      ))}
    </fieldset>
  )

/** How the file will begin: its heading and a line. */
const Sheet = ({ of: { layout, ids, computed, custom } }: { readonly of: Chosen }) => {
  const traits = [...computed, ...custom]
  const columns =
    layout === 'formatted'
      ? ['key', ...ids, ...traits]
      : ['key', ...(ids.length > 0 ? ['external_ids'] : []), ...(traits.length > 0 ? ['traits'] : [])]
  const line = (name: string): string => {
    if (name === 'external_ids') return `{"${ids[0]}":["…"]}`
    return name === 'traits' ? `{"${traits[0]}":…}` : '…'
  }
  return (
    <div className="sheet">
      <table aria-label="The file’s columns">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {columns.map((name) => (
              <td key={name}>{line(name)}</td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  )
}

const remaining = (job: ExportJob, now: number): string => {
  const { people, expected } = job.progress
  const spent = now - new Date(job.startedAt).getTime()
  if (people === 0 || spent < 2_000) return 'begins'
  const seconds = Math.max(1, Math.round(((expected - people) / people) * (spent / 1_000)))
  return `about ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} left`
}

const Running = ({ of }: { readonly of: ExportJob }) => {
  const now = useNow()
  const { people, expected } = of.progress
  return (
    <div className="grow stack tight">
      <span>
        {number(people)} of {many(expected, 'person', 'people')} written, {remaining(of, now)}. You may leave; it goes on.
      </span>
      <div
        className="progress"
        role="progressbar"
        aria-valuemin={0}
        aria-valuemax={expected}
        aria-valuenow={people}
        aria-label={percent(people, expected)}
      >
        <i style={{ width: `${expected === 0 ? 100 : Math.min(100, (100 * people) / expected)}%` }} />
      </div>
    </div>
  )
}

const Job = ({ of }: { readonly of: ExportJob }) => (
  <li className="wrap">
    <Status of={of.status === 'RUNNING' ? 'sending' : of.status} />
    {of.status === 'RUNNING' ? (
      <Running of={of} />
    ) : (
      <span className="grow">
        {of.status === 'FAILED' ? (
          <span className="tone-bad">{of.error}</span>
        ) : (
          <>
            {many(of.progress.people, 'person', 'people')} as of {of.snapshotAt && instant(of.snapshotAt)}
            <span className="dim small"> · {of.layout}</span>
          </>
        )}
      </span>
    )}
    {of.urls[0] && (
      <Button
        component="a"
        href={new URL(of.urls[0]).pathname}
        download
        size="xs"
        title={`The file is kept until ${of.expiresAt && instant(of.expiresAt)}`}
      >
        Download
      </Button>
    )}
    {of.status === 'COMPLETED' && !of.urls[0] && <span className="dim">no longer kept</span>}
    <span className="dim small nowrap">
      {of.requestedBy} · <Ago at={of.startedAt} />
    </span>
  </li>
)

/** The columns that there may be, and the identifiers that are chosen at first: of accounts, what is theirs. */
const offeredOf = ({ audienceType: about = 'USERS' }: Audience, catalog: Catalog) => {
  const known = about === 'ACCOUNTS' ? (catalog.accountTraits ?? []) : catalog.traits
  return {
    ids: about === 'ACCOUNTS' ? ['group_id'] : (catalog.identifiers ?? []),
    begun: about === 'ACCOUNTS' ? ['group_id'] : ['user_id', 'email'],
    computed: (catalog.computedTraits ?? []).filter(({ about: whose = 'USERS' }) => whose === about).map(({ key }) => key),
    custom: [...new Set(known.map(({ path }) => path).filter((path) => !path.includes('.')))],
  }
}

const Ask = ({ of, catalog, running }: { readonly of: Audience; readonly catalog: Catalog; readonly running: boolean }) => {
  const api = useApi()
  const queries = useQueryClient()
  const offered = offeredOf(of, catalog)
  const [chosen, set] = useState<Chosen>({ layout: 'formatted', ids: offered.begun, computed: [], custom: [] })
  const [problem, setProblem] = useState<ApiFailure>()
  const ask = (): void => {
    setProblem(undefined)
    const body = { layout: chosen.layout, externalIds: chosen.ids, computedTraits: chosen.computed, customTraits: chosen.custom }
    api
      .call('POST', `/audiences/${of.id}/exports`, body)
      .then(() => queries.invalidateQueries())
      .catch(setProblem)
  }
  return (
    <div className="stack">
      <fieldset className="chips" aria-label="Layout">
        {(['formatted', 'unformatted'] as const).map((layout) => (
          <button
            key={layout}
            type="button"
            className="chip"
            aria-pressed={chosen.layout === layout}
            onClick={() => set({ ...chosen, layout })}
          >
            <b>{layout === 'formatted' ? 'A column each' : 'Ids and traits as JSON'}</b>
          </button>
        ))}
      </fieldset>
      <Choices title="Identifiers" names={offered.ids} chosen={chosen.ids} set={(ids) => set({ ...chosen, ids })} />
      <Choices
        title="Computed traits"
        names={offered.computed}
        chosen={chosen.computed}
        set={(computed) => set({ ...chosen, computed })}
      />
      <Choices title="Traits" names={offered.custom} chosen={chosen.custom} set={(custom) => set({ ...chosen, custom })} />
      <Sheet of={chosen} />
      {problem && <Failing error={problem} title="This was not done" />}
      <div className="row wrap">
        <Button onClick={ask} disabled={running}>
          Make the file
        </Button>
        <span className="dim small">{whoOf(of)}, as they are at the last evaluation. Nothing is sent to anybody.</span>
      </div>
    </div>
  )
}

/** Members as a CSV file: which columns, how far it is, and where it is. */
export const Export = ({ of }: { readonly of: Audience }) => {
  const catalog = useGet<Catalog>('/catalog')
  const jobs = useGet<{ exports: readonly ExportJob[] }>(`/audiences/${of.id}/exports`, { every: 1_000 })
  const list = jobs.data?.exports ?? []
  return (
    <div className="cols">
      <Block title="A file of who is in now">
        <Await of={catalog}>
          {(known) => <Ask of={of} catalog={known} running={list.some(({ status }) => status === 'RUNNING')} />}
        </Await>
      </Block>
      <Block title="Files">
        <Await of={jobs}>
          {({ exports }) =>
            exports.length === 0 ? (
              <Empty icon="archive" title="No file yet">
                Files are made here and kept for a day.
              </Empty>
            ) : (
              <ul className="list">
                {exports.map((job) => (
                  <Job key={job.exportId} of={job} />
                ))}
              </ul>
            )
          }
        </Await>
      </Block>
    </div>
  )
}
