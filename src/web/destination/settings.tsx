import { Button, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { useGo } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Beside, problemsAt, problemsElsewhere } from '../parts/problems.tsx'
import { Failing } from '../parts/state.tsx'
import { type Given, SettingFields } from './setting-fields.tsx'
import type { Destination, Tool } from './wire.ts'

type Props = { readonly of: Destination; readonly tool: Tool }

const useChanging = (of: Destination) => {
  const api = useApi()
  const queries = useQueryClient()
  const acting = useActing()
  const change = (body: object, done: () => void = () => {}): void =>
    acting.act(async () => {
      await api.call('PATCH', `/destinations/${of.id}`, body)
      await queries.invalidateQueries()
      done()
    })
  return { ...acting, change }
}

const Turn = ({ of, tool }: Props) => {
  const { busy, problem, change } = useChanging(of)
  return (
    <Block title="On or off">
      {problem && <Failing error={problem} title="It was not changed" />}
      <div className="row wrap">
        <span className="grow">
          {of.enabled
            ? `It is on: calls go to ${tool.name} as its mappings say. Switched off, calls that come are not kept for it.`
            : `It is off: nothing goes to ${tool.name}, and calls that come now are not kept for it.`}
        </span>
        <Button variant="default" disabled={busy} onClick={() => change({ enabled: !of.enabled })}>
          {of.enabled ? 'Switch it off' : 'Switch it on'}
        </Button>
      </div>
    </Block>
  )
}

type Draft = { readonly name: string; readonly rate: string; readonly minutes: string; readonly given: Given }

const bodyOf = ({ name, rate, minutes, given }: Draft) => ({
  name: name.trim(),
  ratePerSecond: rate.trim() === '' ? null : Number(rate),
  retryMinutes: Number(minutes),
  ...(Object.keys(given).length > 0 ? { settings: given } : {}),
})

const KNOWN = ['name', 'ratePerSecond', 'retryMinutes', 'settings']

const Pace = ({ tool, draft, set }: { readonly tool: Tool; readonly draft: Draft; readonly set: (draft: Draft) => void }) => (
  <div className="row wrap from-top">
    <TextInput
      type="number"
      min={1}
      label="Requests a second, at most"
      description={`Without it ${tool.ratePerSecond}, which the tool takes`}
      value={draft.rate}
      onChange={(e) => set({ ...draft, rate: e.currentTarget.value })}
    />
    <TextInput
      type="number"
      min={0}
      label="Minutes for which it is tried again"
      description="After that a call has failed"
      value={draft.minutes}
      onChange={(e) => set({ ...draft, minutes: e.currentTarget.value })}
    />
  </div>
)

const Form = ({ of, tool }: Props) => {
  const { busy, problem, change } = useChanging(of)
  const fresh: Draft = {
    name: of.name,
    rate: of.ratePerSecond === null ? '' : String(of.ratePerSecond),
    minutes: String(of.retryMinutes),
    given: {},
  }
  const [draft, keep] = useState(fresh)
  const [saved, setSaved] = useState(false)
  const set = (next: Draft): void => {
    setSaved(false)
    keep(next)
  }
  const problems = problem?.problems ?? []
  const save = (event: FormEvent): void => {
    event.preventDefault()
    change(bodyOf(draft), () => {
      keep({ ...draft, given: {} })
      setSaved(true)
    })
  }
  return (
    <Block title="Settings">
      <form onSubmit={save} className="stack">
        <TextInput label="Name" value={draft.name} onChange={(e) => set({ ...draft, name: e.currentTarget.value })} />
        <Beside of={problemsAt(problems, 'name')} />
        <SettingFields
          of={tool.options}
          given={draft.given}
          stored={of.settings}
          secrets={of.secrets}
          problems={problems}
          set={(given) => set({ ...draft, given })}
        />
        <Pace tool={tool} draft={draft} set={set} />
        <Beside of={problemsAt(problems, 'ratePerSecond', 'retryMinutes')} />
        {problem && (problems.length === 0 || problemsElsewhere(problems, ...KNOWN).length > 0) && (
          <Failing error={problem} title="It was not saved" />
        )}
        <div className="row wrap">
          <Button type="submit" loading={busy} disabled={draft.name.trim() === '' || draft.minutes.trim() === ''}>
            Save the settings
          </Button>
          {saved && <output className="tone-good small">Saved: it holds from the next call on.</output>}
        </div>
      </form>
    </Block>
  )
}

const Delete = ({ of, tool }: Props) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const [asking, ask] = useState(false)
  const remove = (): void =>
    act(async () => {
      await api.call('DELETE', `/destinations/${of.id}`)
      await queries.invalidateQueries({ queryKey: ['/destinations'] })
      go('/destinations')
    })
  return (
    <Block title="Delete it">
      <div className="row wrap">
        <span className="grow">Only what is in Usher goes; what {tool.name} has stays there.</span>
        <Button variant="default" onClick={() => ask(true)}>
          Delete the destination…
        </Button>
      </div>
      <Dialog title={`Delete ${of.name}?`} opened={asking} close={() => ask(false)}>
        <p>
          Lost for good: its settings and keys, its mappings and filters, and the calls that wait for it, which are then never
          sent. What {tool.name} was told already stays there, and what came in stays in Usher.
        </p>
        <Answers problem={problem} failed="It was not deleted" close={() => ask(false)}>
          <Button color="red.9" loading={busy} onClick={remove}>
            Delete it for good
          </Button>
        </Answers>
      </Dialog>
    </Block>
  )
}

/** A destination's name, its switch, what its tool needs to know, and its end. */
export const Settings = (props: Props) => (
  <div className="stack">
    <Turn {...props} />
    <Form {...props} />
    <Delete {...props} />
  </div>
)
