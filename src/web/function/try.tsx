import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Failing } from '../parts/state.tsx'
import type { Setting, Tried } from './wire.ts'

const EXAMPLE = JSON.stringify(
  { type: 'track', event: 'Order Completed', userId: '42', properties: { total: 12.5, plan: 'Pro' } },
  null,
  2,
)

const jsonOf = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const said = ({ result, error, handler, reason }: Tried): string => {
  if (result === 'pass') return `${handler} leaves it as it is.`
  if (result === 'change') return `${handler} changes it. This goes on:`
  if (error?.name === 'Filtered') return `${handler} drops it${error.message ? `: ${error.message}` : ''}.`
  if (!error) return `${handler}: it ${reason ?? 'is not taken'}`
  const where = error.line === undefined ? '' : ` (line ${error.line}, column ${error.column ?? 1})`
  return `${handler}: ${error.name}: ${error.message}${where}`
}

const Result = ({ of }: { readonly of: Tried }) => (
  <li className="rule stack tight narrow">
    <strong>{said(of)}</strong>
    {of.changes.length > 0 && (
      <ul>
        {of.changes.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    )}
    {of.result === 'change' && (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard
      <pre tabIndex={0}>{JSON.stringify(of.output, null, 2)}</pre>
    )}
    {of.requests.map(({ method, url, status, error, durationMs }, place) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the same request may be made twice
      <div key={place} className="small mono">
        {method} {url}: {status ?? error} <span className="dim">{durationMs} ms</span>
      </div>
    ))}
    {of.logs !== '' && (
      <section aria-label="What it logged">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard */}
        <pre tabIndex={0}>{of.logs}</pre>
      </section>
    )}
    <span className="dim small">{of.durationMs} ms</span>
  </li>
)

/** Runs the code as it stands in the editor on one event or several: nothing is stored. */
export const Try = ({
  id,
  code,
  settings,
}: {
  readonly id: string
  readonly code: string
  readonly settings: readonly Setting[]
}) => {
  const api = useApi()
  const [event, setEvent] = useState(EXAMPLE)
  const [values, setValues] = useState('{}')
  const [results, setResults] = useState<readonly Tried[]>()
  const { busy, problem, act } = useActing()
  const [sample, given] = [jsonOf(event), jsonOf(values)]
  const run = (): void =>
    act(async () => {
      setResults(undefined)
      const body = { event: sample, code, settings: settings.length === 0 ? {} : given }
      setResults((await api.call<{ data: { results: readonly Tried[] } }>('POST', `/functions/${id}/test`, body)).data.results)
    })
  return (
    <div className="stack narrow">
      <Textarea
        className="code"
        label="An event, or a list of them"
        value={event}
        autosize
        minRows={6}
        maxRows={20}
        onChange={({ currentTarget }) => setEvent(currentTarget.value)}
        error={sample ? undefined : 'This is no JSON object or list.'}
      />
      {settings.length > 0 && (
        <Textarea
          className="code"
          label="Settings for this try"
          value={values}
          autosize
          minRows={2}
          onChange={({ currentTarget }) => setValues(currentTarget.value)}
          error={given ? undefined : 'This is no JSON object.'}
        />
      )}
      <div className="row wrap">
        <Button variant="default" loading={busy} disabled={!sample || !given} onClick={run}>
          Try it
        </Button>
        <span className="dim small">Nothing is stored; requests that the code makes are really made.</span>
      </div>
      {problem && <Failing error={problem} title="It could not be tried" />}
      {results && (
        <output>
          <ul className="rules">
            {results.map((one, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: results stand in the order of the events
              <Result key={place} of={one} />
            ))}
          </ul>
        </output>
      )}
    </div>
  )
}
