import '@mantine/core/styles/Input.css'
import { Button, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useApi } from '../api.ts'
import '../audience/organise.css'
import { useActing } from '../parts/acting.ts'
import { Block } from '../parts/page.tsx'
import '../parts/parts.css'
import { Beside, problemsAt, problemsElsewhere, problemWords } from '../parts/problems.tsx'
import { Failing } from '../parts/state.tsx'
import type { Problem } from '../wire.ts'
import { PreviewRows } from './preview.tsx'
import type { SqlPreview, Warehouse } from './wire.ts'

export type Draft = {
  readonly name: string
  readonly description: string
  readonly warehouseId: string
  readonly query: string
  /** Times of the day in UTC, as they are typed: `00:00, 12:00`. */
  readonly times: string
}

export const timesOf = ({ times }: Draft): readonly string[] => times.split(/[,\s]+/).filter((time) => time !== '')

type EditorProps = {
  readonly draft: Draft
  readonly set: (draft: Draft) => void
  readonly warehouses: readonly Warehouse[]
  /** Which warehouse it reads from was chosen when it was made. */
  readonly fixed: boolean
  readonly save: (draft: Draft) => Promise<void>
  readonly saveLabel: string
  readonly cancel: () => void
}

const WarehouseField = ({ draft, set, warehouses, fixed }: Pick<EditorProps, 'draft' | 'set' | 'warehouses' | 'fixed'>) => (
  <label className="pick-field">
    <strong className="small">Warehouse</strong>
    <select
      className="pick"
      value={draft.warehouseId}
      disabled={fixed}
      onChange={(event) => set({ ...draft, warehouseId: event.currentTarget.value })}
    >
      {warehouses.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
    {fixed && <span className="dim small">Another warehouse is another SQL trait.</span>}
  </label>
)

type Previewed = { readonly query: string; readonly preview: SqlPreview }

const usePreview = (draft: Draft) => {
  const api = useApi()
  const [found, setFound] = useState<Previewed>()
  const acting = useActing()
  const ask = (): void =>
    acting.act(async () => {
      setFound(undefined)
      const { warehouseId, query } = draft
      const { data } = await api.call<{ data: { preview: SqlPreview } }>('POST', '/sql-traits/previews', { warehouseId, query })
      setFound({ query, preview: data.preview })
    })
  return { ...acting, ask, preview: found?.query === draft.query ? found.preview : undefined }
}

type FieldProps = Pick<EditorProps, 'draft' | 'set'> & { readonly problems: readonly Problem[] }

const Naming = ({ draft, set }: Pick<EditorProps, 'draft' | 'set'>) => (
  <>
    <TextInput
      label="Name"
      placeholder="Lifetime value"
      value={draft.name}
      onChange={(event) => set({ ...draft, name: event.currentTarget.value })}
    />
    <Textarea
      label="What it is for"
      placeholder="Optional"
      autosize
      minRows={1}
      value={draft.description}
      onChange={(event) => set({ ...draft, description: event.currentTarget.value })}
    />
  </>
)

const QueryField = ({ draft, set, problems }: FieldProps) => (
  <div>
    <label htmlFor="sql-trait-query">
      <strong className="small">Query</strong>{' '}
      <span className="dim small">
        one select: user_id, email or anonymous_id (group_id for accounts), and a column for each trait
      </span>
    </label>
    <textarea
      id="sql-trait-query"
      className="code short"
      spellCheck={false}
      value={draft.query}
      onChange={(event) => set({ ...draft, query: event.currentTarget.value })}
    />
    <Beside of={problemsAt(problems, 'query')} />
  </div>
)

const TimesField = ({ draft, set, problems }: FieldProps) => (
  <TextInput
    label="Runs every day at"
    description="Times in UTC, an hour apart at least"
    value={draft.times}
    error={problemsAt(problems, 'times').map(problemWords).join(' ') || undefined}
    onChange={(event) => set({ ...draft, times: event.currentTarget.value })}
  />
)

type Deeds = {
  readonly draft: Draft
  readonly previewing: ReturnType<typeof usePreview>
  readonly saving: ReturnType<typeof useActing>
} & Pick<EditorProps, 'save' | 'saveLabel' | 'cancel'>

const Deeds = ({ draft, previewing, saving, save, saveLabel, cancel }: Deeds) => {
  const { preview, busy, ask } = previewing
  const nameless = draft.name.trim() === ''
  return (
    <div className="row wrap">
      <Button variant={preview ? 'default' : 'filled'} loading={busy} disabled={draft.query.trim() === ''} onClick={ask}>
        Ask the query
      </Button>
      <Button loading={saving.busy} disabled={!preview || nameless} onClick={() => saving.act(() => save(draft))}>
        {saveLabel}
      </Button>
      <Button variant="default" onClick={cancel}>
        Cancel
      </Button>
      {!preview && <span className="dim">Its rows are looked at before it is saved.</span>}
      {preview && nameless && <span className="dim">It needs a name.</span>}
    </div>
  )
}

/** Name, query and times of a SQL trait; its rows are looked at before it is saved, and what is wrong stands beside its field. */
export const Editor = ({ draft, set, warehouses, fixed, ...deeds }: EditorProps) => {
  const previewing = usePreview(draft)
  const saving = useActing()
  const failure = saving.problem ?? previewing.problem
  const problems = failure?.problems ?? []
  const change = (next: Draft): void => {
    saving.forget()
    previewing.forget()
    set(next)
  }
  const whose = saving.problem ? 'It was not saved' : 'The query was not answered'
  return (
    <div className="builder">
      <div className="stack">
        <div className="fields">
          <Naming draft={draft} set={change} />
          <WarehouseField draft={draft} set={change} warehouses={warehouses} fixed={fixed} />
        </div>
        <QueryField draft={draft} set={change} problems={problems} />
        <div className="fields">
          <TimesField draft={draft} set={change} problems={problems} />
        </div>
        <Beside of={problemsElsewhere(problems, 'query', 'times')} />
        {failure && problems.length === 0 && <Failing error={failure} title={whose} />}
        <Deeds draft={draft} previewing={previewing} saving={saving} {...deeds} />
      </div>
      <aside className="builder-side after">
        <Block title="What it answers">
          {previewing.preview ? (
            <PreviewRows of={previewing.preview} />
          ) : (
            <p className="dim">Ask the query, and its first rows are shown here.</p>
          )}
        </Block>
      </aside>
    </div>
  )
}
