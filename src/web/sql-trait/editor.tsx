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

/** Name, query and times of a SQL trait; its rows are looked at before it is saved, and what is wrong stands beside its field. */
export const Editor = ({ draft, set, warehouses, fixed, save, saveLabel, cancel }: EditorProps) => {
  const previewing = usePreview(draft)
  const saving = useActing()
  const failure = saving.problem ?? previewing.problem
  const problems = failure?.problems ?? []
  const change = (next: Draft): void => {
    saving.forget()
    previewing.forget()
    set(next)
  }
  const told = problemsAt(problems, 'times').map(problemWords).join(' ')
  return (
    <div className="builder">
      <div className="stack">
        <div className="fields">
          <TextInput
            label="Name"
            placeholder="Lifetime value"
            value={draft.name}
            onChange={(event) => change({ ...draft, name: event.currentTarget.value })}
          />
          <Textarea
            label="What it is for"
            placeholder="Optional"
            autosize
            minRows={1}
            value={draft.description}
            onChange={(event) => change({ ...draft, description: event.currentTarget.value })}
          />
          <WarehouseField draft={draft} set={change} warehouses={warehouses} fixed={fixed} />
        </div>
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
            onChange={(event) => change({ ...draft, query: event.currentTarget.value })}
          />
          <Beside of={problemsAt(problems, 'query')} />
        </div>
        <div className="fields">
          <TextInput
            label="Runs every day at"
            description="Times in UTC, an hour apart at least"
            value={draft.times}
            error={told || undefined}
            onChange={(event) => change({ ...draft, times: event.currentTarget.value })}
          />
        </div>
        <Beside of={problemsElsewhere(problems, 'query', 'times')} />
        {failure && problems.length === 0 && (
          <Failing error={failure} title={saving.problem ? 'It was not saved' : 'The query was not answered'} />
        )}
        <div className="row wrap">
          <Button
            variant={previewing.preview ? 'default' : 'filled'}
            loading={previewing.busy}
            disabled={draft.query.trim() === ''}
            onClick={previewing.ask}
          >
            Ask the query
          </Button>
          <Button
            loading={saving.busy}
            disabled={!previewing.preview || draft.name.trim() === ''}
            onClick={() => saving.act(() => save(draft))}
          >
            {saveLabel}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
          {!previewing.preview && <span className="dim">Its rows are looked at before it is saved.</span>}
          {previewing.preview && draft.name.trim() === '' && <span className="dim">It needs a name.</span>}
        </div>
      </div>
      <aside className="builder-side">
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
