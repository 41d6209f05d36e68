import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Failing } from '../parts/state.tsx'
import { conditionOf, type Draft, EFFECTS, effectsOf } from './draft.ts'
import { EffectFields } from './effects.tsx'

type Named = { readonly id: string; readonly name: string }
type Tried = { readonly result: 'pass' | 'change' | 'drop'; readonly changes: readonly string[]; readonly call?: object }

const EXAMPLE = JSON.stringify(
  { type: 'track', event: 'order_completed', userId: '42', properties: { order: { id: 'o-1' }, plan: 'Pro' } },
  null,
  2,
)

const callOf = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const Said = ({ of }: { readonly of: Tried }) => (
  <output className="stack tight">
    {of.result === 'drop' && <strong>This call would be dropped.</strong>}
    {of.result === 'pass' && <strong>Nothing would happen to this call: it is another one, or has nothing of this.</strong>}
    {of.result === 'change' && (
      <>
        <strong>This is what would be stored:</strong>
        <ul>
          {of.changes.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard */}
        <pre tabIndex={0}>{JSON.stringify(of.call, null, 2)}</pre>
      </>
    )}
  </output>
)

const Which = ({
  draft,
  sources,
  set,
}: {
  readonly draft: Draft
  readonly sources: readonly Named[]
  readonly set: (draft: Draft) => void
}) => (
  <>
    <TextInput
      label="Name"
      placeholder="Tidy orders"
      value={draft.name}
      onChange={({ currentTarget }) => set({ ...draft, name: currentTarget.value })}
    />
    <div className="row wrap">
      <NativeSelect
        label="At the source"
        value={draft.sourceId}
        data={sources.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={({ currentTarget }) => set({ ...draft, sourceId: currentTarget.value })}
      />
      <NativeSelect
        label="of"
        value={draft.subject}
        data={[
          { value: 'track', label: 'calls of the event' },
          { value: 'identify', label: 'identify calls' },
          { value: 'group', label: 'group calls' },
        ]}
        onChange={({ currentTarget }) => set({ ...draft, subject: currentTarget.value as Draft['subject'] })}
      />
      {draft.subject === 'track' && (
        <TextInput
          label="named"
          placeholder="order_completed"
          value={draft.event}
          onChange={({ currentTarget }) => set({ ...draft, event: currentTarget.value })}
        />
      )}
    </div>
  </>
)

const Sample = ({ text, set }: { readonly text: string; readonly set: (text: string) => void }) => (
  <Textarea
    className="code"
    label="Try it on a call"
    value={text}
    autosize
    minRows={5}
    onChange={({ currentTarget }) => set(currentTarget.value)}
    error={callOf(text) ? undefined : 'This is no JSON object.'}
  />
)

/** A new transformation, tried on a call before it changes any. */
export const Create = ({ sources }: { readonly sources: readonly Named[] }) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const empty: Draft = {
    name: '',
    sourceId: sources[0]?.id ?? '',
    subject: 'track',
    event: '',
    effects: [EFFECTS.newEventName.fresh],
  }
  const [draft, setDraft] = useState(empty)
  const [sample, setSample] = useState(EXAMPLE)
  const [tried, setTried] = useState<Tried>()
  const call = callOf(sample)
  const change = (next: Draft): void => {
    setTried(undefined)
    setDraft(next)
  }
  const wanted = () => ({ if: conditionOf(draft), ...effectsOf(draft.effects) })
  const tryIt = (): void =>
    act(async () => {
      setTried((await api.call<{ data: Tried }>('POST', '/transformations/previews', { ...wanted(), call })).data)
    })
  const create = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      await api.call('POST', '/transformations', { ...wanted(), name: draft.name.trim(), sourceId: draft.sourceId })
      setDraft(empty)
      setTried(undefined)
      await queries.invalidateQueries({ queryKey: ['/transformations'] })
    })
  }
  const incomplete = draft.effects.length === 0 || (draft.subject === 'track' && draft.event.trim() === '')
  return (
    <form onSubmit={create} className="stack">
      <Which draft={draft} sources={sources} set={change} />
      <EffectFields of={draft.effects} subject={draft.subject} set={(effects) => change({ ...draft, effects })} />
      <p className="dim small">
        Names inside properties or traits: <span className="mono">order.id</span>, at most four levels. Values, texts and hashes
        are found from the top: <span className="mono">properties.plan</span>.
      </p>
      <Sample text={sample} set={setSample} />
      {problem && <Failing error={problem} title="This transformation cannot be made" />}
      {tried && <Said of={tried} />}
      <div className="row wrap">
        <Button variant="default" disabled={incomplete || !call} onClick={tryIt}>
          Try it
        </Button>
        <Button type="submit" loading={busy} disabled={incomplete || draft.name.trim() === '' || draft.sourceId === ''}>
          Change such calls from now on
        </Button>
      </div>
      <p className="dim small">What was changed is stored so: it cannot be taken back. What is stored already stays as it is.</p>
    </form>
  )
}
