import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useGet } from '../api.ts'
import { Spark } from '../parts/figures.tsx'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { capital, number, percent } from '../parts/words.ts'

const STEPS = ['received', 'failed', 'filtered', 'eligible'] as const
type Step = (typeof STEPS)[number]
type Steps = { readonly [step in Step | 'duplicate']: number }
type Changes = { readonly [step in Step | 'duplicate']: number | null }
type Counted = { readonly steps: Steps; readonly change: Changes }
export type SourceOverview = Counted & {
  readonly from: string
  readonly types: readonly (Counted & { readonly type: string })[]
  readonly series: readonly (Steps & { readonly at: string })[]
}

const WORDS: Readonly<Record<Step, { readonly title: string; readonly means: string }>> = {
  received: { title: 'Received', means: 'every call that came' },
  failed: { title: 'Failed on ingest', means: 'nobody can read them' },
  filtered: { title: 'Filtered at source', means: 'by a filter, the plan, a switch, or themselves' },
  eligible: { title: 'Eligible', means: 'profiles, audiences and journeys see them' },
}

const OWN = 'own'
const WINDOWS = [
  { value: '1h', label: 'hour' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '14d', label: '14 days' },
  { value: OWN, label: 'my own days' },
]

const BAD: ReadonlySet<Step> = new Set(['failed', 'filtered'])

/** `+12 %` against the window before; more of what is not taken is no good news. */
const Change = ({ of, step }: { readonly of: number | null; readonly step: Step }) => {
  if (of === null) return <span className="dim small">nothing before</span>
  const rounded = Math.abs(of) < 10 ? Math.round(of * 10) / 10 : Math.round(of)
  if (rounded === 0) return <span className="dim small">as before</span>
  const tone = rounded > 0 === BAD.has(step) ? 'warn' : 'good'
  return (
    <span className={`small tone-${tone}`}>
      {rounded > 0 ? '+' : '−'}
      {number(Math.abs(rounded))} %
    </span>
  )
}

const Pipeline = ({ of: { steps, change, series } }: { readonly of: SourceOverview }) => (
  <ol className="pipeline">
    {STEPS.map((step) => (
      <li key={step}>
        <span className="soft">{WORDS[step].title}</span>
        <b>{number(steps[step])}</b>
        <span className="row wrap tight">
          <Change of={change[step]} step={step} />
          {step !== 'received' && <span className="dim small">{percent(steps[step], steps.received)} of them</span>}
        </span>
        <Spark of={series.map((slot) => slot[step])} width={120} />
        <span className="dim small">{WORDS[step].means}</span>
      </li>
    ))}
  </ol>
)

const Types = ({ of }: { readonly of: SourceOverview['types'] }) => (
  <table className="rows">
    <thead>
      <tr>
        <th>Type</th>
        {STEPS.map((step) => (
          <th key={step} className="num">
            {WORDS[step].title}
          </th>
        ))}
        <th className="num">Against before</th>
      </tr>
    </thead>
    <tbody>
      {of.map(({ type, steps, change }) => (
        <tr key={type}>
          <td>{type === '' ? 'Requests nobody can read' : capital(type)}</td>
          {STEPS.map((step) => (
            <td key={step} className={`num ${steps[step] === 0 ? 'dim' : ''}`}>
              {number(steps[step])}
            </td>
          ))}
          <td className="num">
            <Change of={change.received} step="received" />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

const Sum = ({ of: { received, duplicate } }: { readonly of: Steps }) => (
  <p className="soft small">
    {number(received)} is failed, filtered and eligible together.
    {duplicate > 0 && ` ${number(duplicate)} more came before, under the same messageId, and change nothing.`}
  </p>
)

const DAY_MS = 86_400_000
// What such a field holds, in the time of who looks at it.
const fieldOf = (at: number): string => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)

/** A window of one's own, kept in the address: yesterday until somebody says otherwise. */
const useOwnDays = () => {
  const [midnight] = useState(() => new Date().setHours(0, 0, 0, 0))
  const [from, setFrom] = useSearchWord('from', fieldOf(midnight - DAY_MS))
  const [to, setTo] = useSearchWord('to', fieldOf(midnight))
  const instant = (field: string): string => {
    const at = new Date(field)
    return Number.isNaN(at.getTime()) ? field : at.toISOString()
  }
  return { from, setFrom, to, setTo, params: { from: instant(from), to: instant(to) } }
}

const OwnDays = ({ of: { from, setFrom, to, setTo } }: { readonly of: ReturnType<typeof useOwnDays> }) => (
  <>
    <TextInput type="datetime-local" label="From" value={from} onChange={(e) => setFrom(e.currentTarget.value)} />
    <TextInput type="datetime-local" label="Until" value={to} onChange={(e) => setTo(e.currentTarget.value)} />
  </>
)

/** What a source's calls came to, step by step, and how that changed (spec/connections §2.2). */
export const Overview = ({ source }: { readonly source: string }) => {
  const [window, setWindow] = useSearchWord('window', '24h')
  const own = useOwnDays()
  const params = window === OWN ? own.params : { window }
  const found = useGet<SourceOverview>(`/sources/${source}/overview`, { params, every: 5_000, keep: true })
  return (
    <div className="stack">
      <div className="row wrap">
        <NativeSelect
          label="In the last"
          value={window}
          onChange={(e) => setWindow(e.currentTarget.value)}
          data={WINDOWS}
          w={160}
        />
        {window === OWN && <OwnDays of={own} />}
      </div>
      <Await of={found}>
        {(overview) =>
          overview.steps.received + overview.steps.duplicate === 0 ? (
            <Block title="What its calls came to">
              <Empty
                icon="event"
                title="Nothing came in that time"
                action={<Go to={`/sources/${source}?tab=test`}>Try a call</Go>}
              />
            </Block>
          ) : (
            <>
              <Pipeline of={overview} />
              <Sum of={overview.steps} />
              <Block title="By type" flush>
                <Types of={overview.types} />
              </Block>
              <Go to={`/sources/${source}?tab=dropped`} className="accent small">
                Why something was not taken
              </Go>
            </>
          )
        }
      </Await>
    </div>
  )
}
