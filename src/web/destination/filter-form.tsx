import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { SAMPLE_CALLS } from '../../event/sample-call.ts'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { CallText, callOf, textOf } from '../parts/call-text.tsx'
import { Beside, problemsAt, problemsElsewhere } from '../parts/problems.tsx'
import { Failing } from '../parts/state.tsx'
import type { Problem } from '../wire.ts'
import { bodyOf, type Draft, draftOf, EMPTY, isComplete, KINDS } from './filter-draft.ts'
import { callsInWords } from './trigger.ts'
import type { Filter } from './wire.ts'

type Tried = { readonly inputPayload: object; readonly result: object | null }
type Part = { readonly draft: Draft; readonly set: (draft: Draft) => void }

const Condition = ({ draft, problems, set }: Part & { readonly problems: readonly Problem[] }) => {
  const said = draft.condition.trim() === '' ? undefined : callsInWords(draft.condition)
  const place = said && 'wrong' in said ? [{ field: 'if', message: said.wrong, remedy: said.remedy }] : problemsAt(problems, 'if')
  return (
    <div className="stack tight">
      <NativeSelect
        label="When"
        value={draft.everything ? 'all' : 'some'}
        data={[
          { value: 'some', label: 'a call fits this' },
          { value: 'all', label: 'any call comes' },
        ]}
        onChange={({ currentTarget }) => set({ ...draft, everything: currentTarget.value === 'all' })}
      />
      {!draft.everything && (
        <TextInput
          label="Condition"
          description="In Segment’s filter query language (FQL)"
          placeholder='event = "Debug Click"'
          value={draft.condition}
          onChange={({ currentTarget }) => set({ ...draft, condition: currentTarget.value })}
        />
      )}
      {!draft.everything && said && 'words' in said && <p className="small soft">This is {said.words}.</p>}
      {!draft.everything && <Beside of={place} />}
    </div>
  )
}

const What = ({ draft, set }: Part) => (
  <>
    <NativeSelect
      label="Then"
      value={draft.kind}
      data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
      onChange={({ currentTarget }) => set({ ...draft, kind: currentTarget.value as Draft['kind'] })}
    />
    {draft.kind === 'SAMPLE' && (
      <div className="row wrap from-top">
        <TextInput
          label="Per cent that are sent"
          description="0 to 100"
          type="number"
          value={draft.percent}
          onChange={({ currentTarget }) => set({ ...draft, percent: currentTarget.value })}
        />
        <TextInput
          label="Decided by"
          description="The same value is always sent, or never"
          placeholder="userId; without it by chance"
          value={draft.path}
          onChange={({ currentTarget }) => set({ ...draft, path: currentTarget.value })}
        />
      </div>
    )}
    {(draft.kind === 'DROP_PROPERTIES' || draft.kind === 'ALLOW_PROPERTIES') && (
      <TextInput
        label={draft.kind === 'DROP_PROPERTIES' ? 'Left out' : 'Sent'}
        description={
          draft.kind === 'DROP_PROPERTIES'
            ? 'With where they are, and commas between them'
            : 'With where they are, and commas between them; what lies beside them there is left out'
        }
        placeholder="properties.card, traits.email"
        value={draft.properties}
        onChange={({ currentTarget }) => set({ ...draft, properties: currentTarget.value })}
      />
    )}
  </>
)

const Said = ({ of: { inputPayload, result } }: { readonly of: Tried }) => (
  <output className="stack tight">
    {result === null && <strong>This call would not be sent.</strong>}
    {result !== null && textOf(result) === textOf(inputPayload) && <strong>This call would be sent as it is.</strong>}
    {result !== null && textOf(result) !== textOf(inputPayload) && (
      <>
        <strong>This is what would be sent:</strong>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard */}
        <pre tabIndex={0}>{textOf(result)}</pre>
      </>
    )}
  </output>
)

type Props = { readonly destination: string; readonly of?: Filter | undefined; readonly close?: () => void }

const useFilter = ({ destination, of, close }: Props) => {
  const api = useApi()
  const queries = useQueryClient()
  const acting = useActing()
  const [draft, keep] = useState<Draft>(of ? draftOf(of) : EMPTY)
  const [tried, setTried] = useState<Tried>()
  const set = (next: Draft): void => {
    setTried(undefined)
    keep(next)
  }
  const path = `/destination/${destination}/filters`
  const tryOn = (payload: object): void =>
    acting.act(async () => {
      const { title: _, ...filter } = bodyOf(draft)
      setTried((await api.call<{ data: Tried }>('POST', '/destination/filters/preview', { filter, payload })).data)
    })
  const save = (): void =>
    acting.act(async () => {
      await (of ? api.call('PATCH', `${path}/${of.id}`, bodyOf(draft)) : api.call('POST', path, bodyOf(draft)))
      await queries.invalidateQueries({ queryKey: [path] })
      if (!of) set(EMPTY)
      close?.()
    })
  return { ...acting, draft, set, tried, setTried, tryOn, save }
}

/** A destination filter, tried on a call before it bites. */
export const FilterForm = (props: Props) => {
  const { of, close } = props
  const { busy, problem, draft, set, tried, setTried, tryOn, save } = useFilter(props)
  const [sample, setSample] = useState(textOf(SAMPLE_CALLS.track))
  const call = callOf(sample)
  const problems = problem?.problems ?? []
  const ready = isComplete(draft)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    save()
  }
  return (
    <form onSubmit={submit} className="stack grow" aria-label={of ? `The filter ${of.title}` : 'A new filter'}>
      <TextInput
        label="Name"
        placeholder="No debug events"
        value={draft.title}
        onChange={({ currentTarget }) => set({ ...draft, title: currentTarget.value })}
      />
      <Condition draft={draft} problems={problems} set={set} />
      <What draft={draft} set={set} />
      <CallText
        label="Try it on a call"
        text={sample}
        set={(text) => {
          setTried(undefined)
          setSample(text)
        }}
      />
      {problem && (problems.length === 0 || problemsElsewhere(problems, 'if').length > 0) && (
        <Failing error={problem} title="This filter cannot be used" />
      )}
      {tried && <Said of={tried} />}
      <div className="row wrap">
        <Button variant="default" disabled={!ready || !call} onClick={() => call && tryOn(call)}>
          Try it
        </Button>
        <Button type="submit" loading={busy} disabled={!ready || draft.title.trim() === ''}>
          {of ? 'Save the filter' : 'Filter from now on'}
        </Button>
        {close && (
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
        )}
      </div>
    </form>
  )
}
