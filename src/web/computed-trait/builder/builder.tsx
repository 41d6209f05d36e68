import { Button, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState } from 'react'
import { ApiFailure, useGet } from '../../api.ts'
import { Beside, problemsAt, problemsElsewhere, problemWords } from '../../parts/problems.tsx'
import { Failing } from '../../parts/state.tsx'
import '../../parts/parts.css'
import type { Catalog, Problem } from '../../wire.ts'
import { type Draft, isWhole } from './draft.ts'
import { Options } from './options.tsx'
import { LiveValues, useTraitPreview } from './preview.tsx'
import { SENTENCE_PLACES, Sentence } from './sentence.tsx'

const NOTHING: Catalog = { events: [], traits: [], audiences: [] }

type BuilderProps = {
  readonly draft: Draft
  readonly set: (draft: Draft) => void
  readonly save: (draft: Draft) => Promise<void>
  readonly saveLabel: string
  readonly cancel: () => void
  /** The trait that is edited: its key, and whom it is about, stay. */
  readonly id?: string
}

const textOf = (problems: readonly Problem[]): string | undefined => problems.map(problemWords).join(' ') || undefined

type NamingProps = Pick<BuilderProps, 'draft' | 'set' | 'id'> & { readonly problems: readonly Problem[] }
const Naming = ({ draft, set, id, problems }: NamingProps) => (
  <div className="fields">
    <TextInput
      label="Name"
      placeholder="Spent in 30 days"
      value={draft.name}
      error={textOf(problemsAt(problems, 'name'))}
      onChange={(event) => set({ ...draft, name: event.currentTarget.value })}
    />
    {id === undefined && (
      <TextInput
        label="Key"
        placeholder={keyFrom(draft.name) || 'from the name'}
        description="What audiences, templates and tools call it, for good"
        value={draft.key}
        error={textOf(problemsAt(problems, 'key'))}
        onChange={(event) => set({ ...draft, key: event.currentTarget.value })}
      />
    )}
    <Textarea
      label="What it is for"
      placeholder="Optional"
      autosize
      minRows={1}
      value={draft.description}
      onChange={(event) => set({ ...draft, description: event.currentTarget.value })}
    />
  </div>
)

const keyFrom = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')

// What is refused about the key is said beside the key.
const problemsOf = (failure: ApiFailure | undefined): readonly Problem[] =>
  failure?.code === 'key_used' ? [{ field: 'key', message: failure.message.replace(/\.$/, '') }] : (failure?.problems ?? [])

const BESIDE = [...SENTENCE_PLACES, 'name', 'key', 'options']

const asFailure = (error: unknown): ApiFailure =>
  error instanceof ApiFailure ? error : new ApiFailure(0, 'failed', String(error))

/** The sentence of a computed trait and, beside it, whose values it would have: computed while it is written. */
export const Builder = ({ draft, set, save, saveLabel, cancel, id }: BuilderProps) => {
  const catalog = useGet<Catalog>('/catalog').data ?? NOTHING
  const [failure, setFailure] = useState<ApiFailure>()
  const [busy, setBusy] = useState(false)
  const preview = useTraitPreview(draft)
  const whole = isWhole(draft)
  const change = (next: Draft): void => {
    setFailure(undefined)
    set(next)
  }
  const problems = [...(preview.error?.problems ?? []), ...problemsOf(failure)]
  const press = async (): Promise<void> => {
    setBusy(true)
    setFailure(undefined)
    await save(draft).catch((error: unknown) => setFailure(asFailure(error)))
    setBusy(false)
  }
  const fixed = id !== undefined
  return (
    <div className="builder">
      <div className="stack">
        <Sentence draft={draft} set={change} catalog={catalog} problems={problems} fixed={fixed} />
        <Naming draft={draft} set={change} problems={problems} {...(fixed ? { id } : {})} />
        <Options draft={draft} set={change} problems={problems} fixed={fixed} />
        <Beside of={problemsElsewhere(problems, ...BESIDE)} />
        {failure && problemsOf(failure).length === 0 && <Failing error={failure} title="It was not saved" />}
        <div className="row wrap">
          <Button onClick={() => void press()} loading={busy} disabled={!whole || draft.name.trim() === ''}>
            {saveLabel}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
          {!whole && <span className="dim">Something in the sentence is still missing.</span>}
          {whole && draft.name.trim() === '' && <span className="dim">It needs a name.</span>}
        </div>
      </div>
      <aside className="builder-side">
        <LiveValues draft={draft} preview={preview} {...(fixed ? { id } : {})} />
      </aside>
    </div>
  )
}
