import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { useSearchWord } from '../parts/go.tsx'
import { Beside, problemsAt, problemsElsewhere } from '../parts/problems.tsx'
import { Failing } from '../parts/state.tsx'
import { capital, many } from '../parts/words.ts'
import type { Problem } from '../wire.ts'
import type { Destination, Tool } from './wire.ts'

const DAY_MS = 86_400_000
// What such a field holds, in the time of who looks at it.
const fieldOf = (at: number): string => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
const instantOf = (field: string): string => {
  const at = new Date(field)
  return Number.isNaN(at.getTime()) ? field : at.toISOString()
}

type Draft = {
  readonly from: string
  readonly to: string
  readonly failedOnly: boolean
  readonly types: readonly string[]
  readonly names: string
}

const bodyOf = ({ from, to, failedOnly, types, names }: Draft, sourceId: string) => {
  const named = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return {
    sourceId,
    from: instantOf(from),
    ...(to === '' ? {} : { to: instantOf(to) }),
    ...(types.length === 0 ? {} : { types }),
    ...(named.length === 0 ? {} : { names: named }),
    failedOnly,
  }
}

const METHODS = [
  ['track', 'track'],
  ['identify', 'identify'],
  ['pageview', 'page'],
  ['screen', 'screen'],
  ['group', 'group'],
  ['alias', 'alias'],
] as const

type Part = { readonly draft: Draft; readonly set: (draft: Draft) => void }

const Span = ({ draft, problems, set }: Part & { readonly problems: readonly Problem[] }) => (
  <div>
    <div className="row wrap from-top which">
      <TextInput
        type="datetime-local"
        label="From"
        value={draft.from}
        onChange={({ currentTarget }) => set({ ...draft, from: currentTarget.value })}
      />
      <TextInput
        type="datetime-local"
        label="Until"
        value={draft.to}
        onChange={({ currentTarget }) => set({ ...draft, to: currentTarget.value })}
      />
    </div>
    <p className="dim small">Without an end it is everything up to now.</p>
    <Beside of={problemsAt(problems, 'from', 'to')} />
  </div>
)

const Which = ({ draft, tool, set }: Part & { readonly tool: Tool }) => {
  const toggled = (type: string): readonly string[] =>
    draft.types.includes(type) ? draft.types.filter((one) => one !== type) : [...draft.types, type]
  return (
    <>
      <NativeSelect
        label="Send"
        value={draft.failedOnly ? 'failed' : 'all'}
        data={[
          { value: 'all', label: 'all that came' },
          { value: 'failed', label: `only what ${tool.name} did not take, of 28 days` },
        ]}
        onChange={({ currentTarget }) => set({ ...draft, failedOnly: currentTarget.value === 'failed' })}
      />
      <div>
        <p className="small">Of these types; none chosen is all of them</p>
        <fieldset className="chips" aria-label="Types">
          {METHODS.filter(([method]) => tool.supportedMethods[method]).map(([method, type]) => (
            <button
              key={method}
              type="button"
              className="chip"
              aria-pressed={draft.types.includes(type)}
              onClick={() => set({ ...draft, types: toggled(type) })}
            >
              {capital(type)}
            </button>
          ))}
        </fieldset>
      </div>
      <TextInput
        label="Only events named"
        description="With commas between them; none is all of them"
        placeholder="Order Completed"
        value={draft.names}
        onChange={({ currentTarget }) => set({ ...draft, names: currentTarget.value })}
      />
    </>
  )
}

const useReplaying = (of: Destination) => {
  const api = useApi()
  const queries = useQueryClient()
  const { forget, ...acting } = useActing()
  const [failed] = useSearchWord('failed')
  const [draft, keep] = useState<Draft>(() => ({
    ...{ from: fieldOf(Date.now() - (failed === '' ? 1 : 27) * DAY_MS), to: '', types: [], names: '' },
    failedOnly: failed !== '',
  }))
  const [count, setCount] = useState<number>()
  const path = `/destinations/${of.id}`
  const body = bodyOf(draft, of.sourceId)
  const set = (next: Draft): void => {
    forget()
    setCount(undefined)
    keep(next)
  }
  const look = (): void =>
    acting.act(async () => {
      setCount((await api.call<{ data: { expected: number } }>('POST', `${path}/replay-previews`, body)).data.expected)
    })
  const start = (): void =>
    acting.act(async () => {
      await api.call('POST', `${path}/replays`, body)
      setCount(undefined)
      await queries.invalidateQueries({ queryKey: [`${path}/replays`] })
    })
  return { ...acting, draft, set, count, look, start }
}

/** What of the past is sent again: it says how many calls that is before it is begun. */
export const ReplayForm = ({ of, tool }: { readonly of: Destination; readonly tool: Tool }) => {
  const { busy, problem, draft, set, count, look, start } = useReplaying(of)
  const problems = problem?.problems ?? []
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (count) start()
    else look()
  }
  return (
    <form onSubmit={submit} className="stack" aria-label="A replay">
      <Span draft={draft} problems={problems} set={set} />
      <Which draft={draft} tool={tool} set={set} />
      {problem && (problems.length === 0 || problemsElsewhere(problems, 'from', 'to').length > 0) && (
        <Failing error={problem} title="This cannot be sent again" />
      )}
      {count === 0 && <output>There is no such call: choose another span, or other types and names.</output>}
      {count !== undefined && count > 0 && (
        <output>
          <strong>{many(count, 'call')}</strong> would go to {tool.name} again, through filters and mappings as they are now.
          {!of.enabled && ' It is switched off; a replay goes out all the same.'} What is sent cannot be taken back.
        </output>
      )}
      <div className="row wrap">
        <Button type="submit" loading={busy} disabled={draft.from === ''} variant={count ? 'filled' : 'default'}>
          {count ? `Send ${many(count, 'call')} again` : 'See how many'}
        </Button>
      </div>
    </form>
  )
}
