import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Json } from '../../base/json.ts'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Beside, problemsAt, problemsElsewhere } from '../parts/problems.tsx'
import { Failing } from '../parts/state.tsx'
import type { Catalog, Problem } from '../wire.ts'
import { FieldRow } from './field-row.tsx'
import { type FieldSaid, isReadable, jsonOf, saidOf } from './said.ts'
import { callsInWords } from './trigger.ts'
import type { Action, Destination, Mapping, Tool } from './wire.ts'

type Draft = {
  readonly name: string
  readonly actionId: string
  readonly trigger: string
  readonly fields: Readonly<Record<string, FieldSaid>>
}

const fieldsOf = (action: Action | undefined, stored: Readonly<Record<string, Json>> | undefined): Draft['fields'] =>
  Object.fromEntries(
    (action?.fields ?? []).map(({ fieldKey, type, required, defaultValue }) => {
      const said = saidOf(stored ? stored[fieldKey] : defaultValue, type)
      const begun: FieldSaid = required && said.how === 'nothing' ? { how: type === 'OBJECT' ? 'path' : 'value', text: '' } : said
      return [fieldKey, begun]
    }),
  )

const freshFor = (action: Action | undefined): Draft => ({
  name: action?.name ?? '',
  actionId: action?.id ?? '',
  trigger: action?.defaultTrigger ?? '',
  fields: fieldsOf(action, undefined),
})

const settingsOf = (action: Action, { fields }: Draft): Record<string, Json> =>
  Object.fromEntries(
    action.fields.flatMap(({ fieldKey, type }) => {
      const value = jsonOf(fields[fieldKey] ?? { how: 'nothing' }, type)
      return value === undefined ? [] : [[fieldKey, value]]
    }),
  )

const COMMON = [
  '$.userId',
  '$.anonymousId',
  '$.event',
  '$.timestamp',
  '$.messageId',
  '$.properties',
  '$.traits',
  '$.traits.email',
]

/** Places in a call that one may mean: what every call has, then the properties and traits that came. */
const PathList = ({ id }: { readonly id: string }) => {
  const { data } = useGet<Catalog>('/catalog')
  const properties = (data?.events ?? []).flatMap((event) => (event.properties ?? []).map(({ path }) => `$.properties.${path}`))
  const traits = (data?.traits ?? []).map(({ path }) => `$.traits.${path}`)
  return (
    <datalist id={id}>
      {[...new Set([...COMMON, ...properties, ...traits])].slice(0, 300).map((path) => (
        <option key={path} value={path} />
      ))}
    </datalist>
  )
}

const TriggerField = ({
  value,
  problems,
  set,
}: {
  readonly value: string
  readonly problems: readonly Problem[]
  readonly set: (value: string) => void
}) => {
  const said = callsInWords(value)
  const place = 'wrong' in said ? [{ field: 'trigger', message: said.wrong, remedy: said.remedy }] : []
  return (
    <div>
      <Textarea
        className="code"
        label="For which calls"
        description="In Segment’s filter query language (FQL)"
        autosize
        minRows={1}
        spellCheck={false}
        value={value}
        onChange={({ currentTarget }) => set(currentTarget.value)}
      />
      {'words' in said && <p className="small soft">This is {said.words}.</p>}
      <Beside of={place.length > 0 ? place : problemsAt(problems, 'if', 'trigger')} />
    </div>
  )
}

type Props = { readonly destination: Destination; readonly tool: Tool; readonly of?: Mapping; readonly close: () => void }

const useSaving = ({ destination, of, close }: Props) => {
  const api = useApi()
  const queries = useQueryClient()
  const acting = useActing()
  const path = `/destinations/${destination.id}/mappings`
  const save = (action: Action, draft: Draft): void =>
    acting.act(async () => {
      const body = { name: draft.name.trim(), trigger: draft.trigger, settings: settingsOf(action, draft) }
      await (of
        ? api.call('PATCH', `${path}/${of.id}`, body)
        : api.call('POST', path, { ...body, actionId: action.id, enabled: false }))
      await queries.invalidateQueries()
      close()
    })
  return { ...acting, save }
}

const Which = ({ draft, tool, isNew, set }: { draft: Draft; tool: Tool; isNew: boolean; set: (draft: Draft) => void }) => (
  <div className="row wrap from-top which">
    <NativeSelect
      label="What the tool is asked to do"
      value={draft.actionId}
      disabled={!isNew}
      description={tool.actions.find(({ id }) => id === draft.actionId)?.description}
      data={tool.actions.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={({ currentTarget }) => set(freshFor(tool.actions.find(({ id }) => id === currentTarget.value)))}
    />
    <TextInput
      label="Name"
      description="What you call it"
      className="grow"
      value={draft.name}
      onChange={({ currentTarget }) => set({ ...draft, name: currentTarget.value })}
    />
  </div>
)

/** Writes one mapping: what the tool is asked, for which calls, and each field of the request. */
export const MappingForm = (props: Props) => {
  const { tool, of, close } = props
  const isNew = of === undefined
  const stored = tool.actions.find(({ id }) => id === of?.actionId)
  const [draft, setDraft] = useState<Draft>(
    of
      ? { name: of.name, actionId: of.actionId, trigger: of.trigger, fields: fieldsOf(stored, of.settings) }
      : freshFor(tool.actions[0]),
  )
  const { busy, problem, save, forget } = useSaving(props)
  const set = (next: Draft): void => {
    forget()
    setDraft(next)
  }
  const problems = problem?.problems ?? []
  const action = tool.actions.find(({ id }) => id === draft.actionId)
  const bad = !action || draft.name.trim() === '' || Object.values(draft.fields).some((said) => !isReadable(said))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (action) save(action, draft)
  }
  const elsewhere = problem && (problems.length === 0 || problemsElsewhere(problems, 'if', 'trigger', 'fields').length > 0)
  const paths = `paths-${of?.id ?? 'new'}`
  return (
    <form onSubmit={submit} className="stack grow" aria-label={of ? `The mapping ${of.name}` : 'A new mapping'}>
      <Which draft={draft} tool={tool} isNew={isNew} set={set} />
      <TriggerField value={draft.trigger} problems={problems} set={(trigger) => set({ ...draft, trigger })} />
      <PathList id={paths} />
      <fieldset className="controls narrow">
        <legend>What it is told</legend>
        {(action?.fields ?? []).map((field) => (
          <FieldRow
            key={field.fieldKey}
            of={field}
            said={draft.fields[field.fieldKey] ?? { how: 'nothing' }}
            paths={paths}
            problems={problems}
            set={(said) => set({ ...draft, fields: { ...draft.fields, [field.fieldKey]: said } })}
          />
        ))}
      </fieldset>
      {problem && elsewhere && <Failing error={problem} title="It was not saved" />}
      {isNew && <p className="dim small">It is made switched off: nothing is sent before you switch it on.</p>}
      <div className="row wrap">
        <Button type="submit" loading={busy} disabled={bad || 'wrong' in callsInWords(draft.trigger)}>
          {isNew ? 'Make the mapping' : 'Save the mapping'}
        </Button>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
