import { Button, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Failing } from '../parts/state.tsx'
import { PropertyRows } from './property-rows.tsx'
import { bagIn, bagOf, isSchema, type Schema, withBag } from './schema-tree.ts'
import type { Rule } from './wire.ts'

type Draft = { readonly key: string; readonly version: number; readonly schema: Schema; readonly text: string | undefined }

const parsed = (text: string): Schema | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isSchema(value) ? value : undefined
  } catch {
    return undefined
  }
}

// As it is typed; the form goes on with it when it is JSON again.
const AsText = ({ draft, set }: { readonly draft: Draft; readonly set: (draft: Draft) => void }) => (
  <Textarea
    className="code"
    label="JSON Schema of the whole call"
    autosize
    minRows={8}
    value={draft.text ?? JSON.stringify(draft.schema, null, 2)}
    error={draft.text !== undefined && !parsed(draft.text) ? 'This is no JSON object.' : undefined}
    onChange={({ currentTarget: { value } }) => set({ ...draft, text: value, schema: parsed(value) ?? draft.schema })}
  />
)

type Props = {
  readonly plan: string
  readonly rule: Rule
  /** A rule that is not there yet gets its name here. */
  readonly isNew: boolean
  /** The group of a property library: its rule is about every call, and has rows all the same. */
  readonly isGroup: boolean
  readonly close: () => void
}

const useSave = ({ plan, rule, isNew, close }: Props) => {
  const api = useApi()
  const queries = useQueryClient()
  const acting = useActing()
  const done = async (): Promise<void> => {
    await queries.invalidateQueries()
    close()
  }
  const save = ({ key, version, schema }: Draft): void =>
    acting.act(async () => {
      const moved = !isNew && key !== rule.key
      const named = { type: rule.type, key: isNew ? key : rule.key, version: isNew ? version : rule.version, jsonSchema: schema }
      await api.call('PATCH', `/tracking-plans/${plan}/rules`, { rules: [{ ...named, ...(moved ? { newKey: key } : {}) }] })
      await done()
    })
  const remove = (): void =>
    acting.act(async () => {
      const { type, key, version } = rule
      await api.call('DELETE', `/tracking-plans/${plan}/rules`, { rules: [{ type, key, version }] })
      await done()
    })
  return { ...acting, save, remove }
}

type BodyProps = { readonly rule: Rule; readonly draft: Draft; readonly set: (draft: Draft) => void }

const Body = ({ rule, draft, set }: BodyProps) =>
  draft.text === undefined ? (
    <PropertyRows
      of={bagIn(rule.type, draft.schema)}
      path=""
      set={(bag) => set({ ...draft, schema: withBag(rule.type, draft.schema, bag) })}
      synced={rule.synced ? bagIn(rule.type, rule.synced.jsonSchema) : undefined}
    />
  ) : (
    <AsText draft={draft} set={set} />
  )

/** Writes one rule: its event's name, its properties row by row, or the JSON Schema as it is. */
export const RuleForm = (props: Props) => {
  const { rule, isNew, isGroup, close } = props
  const hasRows = rule.type !== 'COMMON' || isGroup
  const [draft, setDraft] = useState<Draft>({
    key: rule.key,
    version: rule.version,
    schema: rule.jsonSchema,
    text: hasRows ? undefined : JSON.stringify(rule.jsonSchema, null, 2),
  })
  const { busy, problem, save, remove } = useSave(props)
  const bad = draft.text !== undefined && !parsed(draft.text)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    save(draft)
  }
  return (
    <form onSubmit={submit} className="stack rule-form" aria-label={isNew ? 'A new rule' : `The rule ${rule.key || rule.type}`}>
      {rule.type === 'TRACK' && (
        <TextInput
          label="Event"
          placeholder="Exactly as it is sent"
          value={draft.key}
          disabled={rule.synced !== undefined}
          onChange={({ currentTarget }) => setDraft({ ...draft, key: currentTarget.value })}
        />
      )}
      <Body rule={rule} draft={draft} set={setDraft} />
      {problem && <Failing error={problem} title="It was not saved" />}
      <div className="row wrap">
        <Button type="submit" loading={busy} disabled={bad || (rule.type === 'TRACK' && draft.key.trim() === '')}>
          {isNew ? 'Add the rule' : 'Save the rule'}
        </Button>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        {hasRows && (
          <Button
            variant="default"
            disabled={bad}
            onClick={() =>
              setDraft({ ...draft, text: draft.text === undefined ? JSON.stringify(draft.schema, null, 2) : undefined })
            }
          >
            {draft.text === undefined ? 'Edit as JSON Schema' : `Edit the ${bagOf(rule.type)} in rows`}
          </Button>
        )}
        {!isNew && !rule.synced && (
          <Button variant="default" disabled={busy} onClick={remove}>
            Delete the rule
          </Button>
        )}
      </div>
    </form>
  )
}
