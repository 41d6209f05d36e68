import '@mantine/core/styles/PasswordInput.css'
import { Button, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Go } from '../parts/go.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { Await, Failing } from '../parts/state.tsx'
import type { Connection, Fn, Named, Setting, Value, Values } from './wire.ts'

const linesIn = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')
const mapIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    linesIn(text).map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )
const textOf = (value: Value | undefined): string => {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.join('\n')
  return typeof value === 'object'
    ? Object.entries(value)
        .map(([name, one]) => `${name}=${one}`)
        .join('\n')
    : String(value)
}

type FieldProps = {
  readonly of: Setting
  readonly value: Value | undefined
  readonly there: boolean
  readonly set: (value: Value) => void
}

const Field = ({ of, value, there, set }: FieldProps) => {
  const label = of.label || of.name
  const base = { label: of.required ? `${label} *` : label, description: of.description }
  if (of.type === 'BOOLEAN')
    return (
      <label className="tick-line">
        <input type="checkbox" checked={value === true} onChange={({ currentTarget }) => set(currentTarget.checked)} /> {label}
      </label>
    )
  if (of.type === 'STRING' && of.sensitive)
    return (
      <PasswordInput
        {...base}
        placeholder={there ? 'as it is' : ''}
        value={textOf(value)}
        visibilityToggleButtonProps={{ 'aria-label': `Show ${label}` }}
        onChange={({ currentTarget }) => set(currentTarget.value)}
      />
    )
  if (of.type === 'STRING')
    return <TextInput {...base} value={textOf(value)} onChange={({ currentTarget }) => set(currentTarget.value)} />
  const hint = of.type === 'ARRAY' ? 'one a line' : 'name=value, one a line'
  return (
    <Textarea
      {...base}
      autosize
      minRows={2}
      placeholder={there ? 'as it is' : hint}
      defaultValue={textOf(value)}
      onChange={({ currentTarget }) => set(of.type === 'ARRAY' ? linesIn(currentTarget.value) : mapIn(currentTarget.value))}
    />
  )
}

const Fields = ({
  of,
  values,
  secrets,
  set,
}: {
  readonly of: readonly Setting[]
  readonly values: Values
  readonly secrets: readonly string[]
  readonly set: (values: Values) => void
}) => (
  <div className="fields">
    {of.map((one) => (
      <Field
        key={one.name}
        of={one}
        value={values[one.name]}
        there={secrets.includes(one.name)}
        set={(value) => set({ ...values, [one.name]: value })}
      />
    ))}
  </div>
)

const useChanged = () => {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: ['/insert-function-instances'] })
}

type EditingProps = {
  readonly of: Connection
  readonly fn: Fn
  readonly busy: boolean
  readonly save: (change: object) => void
}
const Editing = ({ of, fn, busy, save }: EditingProps) => {
  const [values, setValues] = useState<Values>(of.settings)
  const [seconds, setSeconds] = useState<number | undefined>(of.executionSeconds)
  return (
    <div className="whole stack">
      <Fields of={fn.settings} values={values} secrets={Object.keys(of.encryptedSettings)} set={setValues} />
      <NumberField label="Seconds that one event may take, at most 60" value={seconds} set={setSeconds} />
      <div>
        <Button size="xs" loading={busy} onClick={() => save({ settings: values, executionSeconds: seconds })}>
          Save the settings
        </Button>
      </div>
    </div>
  )
}

const Line = ({ of, fn, source }: { readonly of: Connection; readonly fn: Fn; readonly source: string }) => {
  const api = useApi()
  const changed = useChanged()
  const { busy, problem, act } = useActing()
  const [editing, setEditing] = useState(false)
  const path = `/insert-function-instances/${of.id}`
  const change = (body: object): void =>
    act(async () => {
      await api.call('PATCH', path, body)
      setEditing(false)
      await changed()
    })
  return (
    <li className="wrap from-top">
      <div className="grow">
        <Go to={`/sources/${of.integrationId}`} className="name">
          {source}
        </Go>{' '}
        <span className="dim">{of.enabled ? 'on' : 'off'}</span>
        <div className="small dim">at most {of.executionSeconds} s for one event</div>
      </div>
      <Button
        size="xs"
        variant="default"
        aria-label={`Settings at ${source}`}
        aria-expanded={editing}
        onClick={() => setEditing(!editing)}
      >
        Settings
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={busy}
        aria-label={`Switch ${of.enabled ? 'off' : 'on'} at ${source}`}
        onClick={() => change({ enabled: !of.enabled })}
      >
        {of.enabled ? 'Switch off' : 'Switch on'}
      </Button>
      {!of.enabled && (
        <Button
          size="xs"
          variant="default"
          disabled={busy}
          aria-label={`Remove from ${source}`}
          onClick={() => act(() => api.call('DELETE', path).then(changed))}
        >
          Remove
        </Button>
      )}
      {editing && <Editing of={of} fn={fn} busy={busy} save={change} />}
      {problem && <Failing error={problem} title="It was not changed" />}
    </li>
  )
}

const Connect = ({ fn, sources }: { readonly fn: Fn; readonly sources: readonly Named[] }) => {
  const api = useApi()
  const changed = useChanged()
  const { busy, problem, act } = useActing()
  const [source, setSource] = useState('')
  const [values, setValues] = useState<Values>({})
  const chosen = sources.find(({ id }) => id === source) ?? sources[0]
  const connect = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      const body = { functionId: fn.id, integrationId: chosen?.id, name: fn.displayName, enabled: true, settings: values }
      await api.call('POST', '/insert-function-instances', body)
      setValues({})
      await changed()
    })
  }
  if (fn.deployedAt === null) return <p className="dim">Deploy it first: then it can be connected to a source.</p>
  if (!chosen) return <p className="dim">Every source has a function already: one at each.</p>
  return (
    <form onSubmit={connect} className="stack">
      <NativeSelect
        label="Another source"
        value={chosen.id}
        data={sources.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={({ currentTarget }) => setSource(currentTarget.value)}
      />
      <Fields of={fn.settings} values={values} secrets={[]} set={setValues} />
      {problem && <Failing error={problem} title="It was not connected" />}
      <div>
        <Button type="submit" loading={busy}>
          Run it on what {chosen.name} sends
        </Button>
      </div>
      <p className="dim small">It holds from the next event on. What is stored already stays as it is.</p>
    </form>
  )
}

/** The sources that a function is connected to, each with its own settings, and another one. */
export const Connections = ({ fn }: { readonly fn: Fn }) => {
  const sources = useGet<{ sources: readonly Named[] }>('/sources')
  const all = useGet<{ instances: readonly Connection[] }>('/insert-function-instances')
  return (
    <Await of={sources}>
      {({ sources: list }) => (
        <Await of={all}>
          {({ instances }) => (
            <div className="stack">
              <ul className="list">
                {instances
                  .filter(({ classId }) => classId === fn.id)
                  .map((one) => (
                    <Line
                      key={one.id}
                      of={one}
                      fn={fn}
                      source={list.find(({ id }) => id === one.integrationId)?.name ?? one.integrationId}
                    />
                  ))}
              </ul>
              <Connect fn={fn} sources={list.filter(({ id }) => !instances.some(({ integrationId }) => integrationId === id))} />
            </div>
          )}
        </Await>
      )}
    </Await>
  )
}
