import { Button, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState } from 'react'
import type { Condition } from '../../../audience/condition.ts'
import { type ApiFailure, useGet } from '../../api.ts'
import { useActing } from '../../parts/acting.ts'
import { Tabs } from '../../parts/page.tsx'
import { Failing } from '../../parts/state.tsx'
import type { About, Catalog } from '../../wire.ts'
import { closed, type Group, isComplete, newLeaf, opened } from './draft.ts'
import { Pick as Choose } from './fields.tsx'
import { AboutWhom, GroupCards } from './group.tsx'
import { LiveCount } from './preview.tsx'
import { JsonText, QueryText } from './texts.tsx'

const NOTHING: Catalog = { events: [], traits: [], audiences: [] }

/** What is being written. */
export type Draft = {
  readonly name: string
  readonly description: string
  readonly condition: Group
  readonly about?: About
}

export const draftOf = (name = '', description = '', condition?: Condition, about: About = 'USERS'): Draft => ({
  about,
  name,
  description,
  condition: opened(condition),
})

type Starter = { readonly label: string; readonly condition: Group }

const startersOf = (catalog: Catalog): readonly Starter[] => {
  const name =
    catalog.events.find((event) => /order completed|purchase/i.test(event.name))?.name ??
    catalog.events[0]?.name ??
    'Order Completed'
  const did = (value: number, within?: string): Condition => ({
    type: 'event',
    event: { name, ...(within ? { within } : {}) },
    measure: { kind: 'count' },
    compare: { operator: 'at_least', value },
  })
  return [
    { label: `Did ${name} at least twice`, condition: { type: 'and', conditions: [did(2)] } },
    {
      label: `Did ${name} before, but not in 60 days`,
      condition: { type: 'and', conditions: [did(1), { type: 'not', condition: did(1, '60 days') }] },
    },
    { label: 'Something else', condition: { type: 'and', conditions: [newLeaf('event')] } },
  ]
}

const Starters = ({ catalog, choose }: { readonly catalog: Catalog; readonly choose: (condition: Group) => void }) => (
  <div className="card">
    <div className="card-body">
      <strong>Begin with a working example</strong>
      <div className="adds">
        {startersOf(catalog).map((starter) => (
          <button key={starter.label} type="button" className="add" onClick={() => choose(starter.condition)}>
            {starter.label}
          </button>
        ))}
      </div>
    </div>
  </div>
)

type BuilderProps = {
  readonly draft: Draft
  readonly set: (draft: Draft) => void
  /** `over`: also over what somebody else saved meanwhile. */
  readonly save: (draft: Draft, over: boolean) => Promise<void>
  readonly saveLabel: string
  readonly cancel: () => void
  /** The audience that is edited, and its condition in force; whom it is about was chosen when it was made. */
  readonly edited?: { readonly id: string; readonly saved: string }
}

const Naming = ({ draft, set }: Pick<BuilderProps, 'draft' | 'set'>) => (
  <div className="stack">
    <TextInput
      label="Name"
      placeholder="Repeat buyers"
      value={draft.name}
      onChange={(event) => set({ ...draft, name: event.currentTarget.value })}
      maw={460}
    />
    <Textarea
      label="What it is for"
      placeholder="Optional"
      autosize
      minRows={1}
      value={draft.description}
      onChange={(event) => set({ ...draft, description: event.currentTarget.value })}
      maw={460}
    />
  </div>
)

const Whom = ({ about, set }: { readonly about: About; readonly set: ((about: About) => void) | undefined }) => (
  <p className="soft lead">
    {set ? (
      <Choose
        value={about}
        label="About whom"
        set={(word) => set(word as About)}
        of={[
          { value: 'USERS', label: 'People' },
          { value: 'ACCOUNTS', label: 'Accounts' },
        ]}
      />
    ) : about === 'ACCOUNTS' ? (
      'Accounts'
    ) : (
      'People'
    )}{' '}
    {about === 'ACCOUNTS' ? 'that' : 'who'}
  </p>
)

type NotSavedProps = { readonly problem: ApiFailure; readonly edited: string | undefined; readonly over: () => void }

/** Why it was not saved; what somebody else saved meanwhile is looked at, or written over. */
const NotSaved = ({ problem, edited, over }: NotSavedProps) => (
  <>
    <Failing error={problem} title="It was not saved" />
    {problem.code === 'changed_meanwhile' && (
      <div className="row wrap">
        <Button component="a" variant="default" href={`/audiences/${edited}?tab=versions`} target="_blank">
          See what was changed
        </Button>
        <Button variant="default" onClick={over}>
          Save mine all the same
        </Button>
      </div>
    )}
  </>
)

/** The sentence and, beside it, whom it means: counted while it is written. */
export const Builder = ({ draft, set, save, saveLabel, cancel, edited }: BuilderProps) => {
  const { about = 'USERS' } = draft
  const catalog = useGet<Catalog>('/catalog').data ?? NOTHING
  const { busy, problem, act } = useActing()
  const [unread, setUnread] = useState(false)
  const whole = isComplete(draft.condition) && !unread
  const put = (condition: Group): void => set({ ...draft, condition })
  const press = (over = false): void => act(() => save(draft, over))
  const audiences = new Set(catalog.audiences.map(({ key }) => key))
  const texts = { condition: draft.condition, set: put, unread: setUnread, audiences }
  const cards = () => (
    <>
      <Whom about={about} set={edited ? undefined : (next) => set({ ...draft, about: next, condition: opened(undefined) })} />
      {draft.condition.conditions.length === 0 && about === 'USERS' && <Starters catalog={catalog} choose={put} />}
      <AboutWhom value={about}>
        <GroupCards group={draft.condition} set={put} catalog={catalog} />
      </AboutWhom>
    </>
  )
  return (
    <div className="builder">
      <div className="stack">
        <Naming draft={draft} set={set} />
        <div>
          <Tabs
            word="as"
            of={[
              { key: 'sentence', label: 'Sentence', body: cards },
              { key: 'query', label: 'Query', body: () => <QueryText {...texts} /> },
              { key: 'json', label: 'JSON', body: () => <JsonText {...texts} /> },
            ]}
          />
        </div>
        {problem && <NotSaved problem={problem} edited={edited?.id} over={() => press(true)} />}
        <div className="row">
          <Button onClick={() => press()} loading={busy} disabled={!whole || draft.name.trim() === ''}>
            {saveLabel}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
          {unread && <span className="dim">What is written cannot be read yet.</span>}
          {!whole && !unread && draft.condition.conditions.length > 0 && (
            <span className="dim">Something in the sentence is still missing.</span>
          )}
          {whole && draft.name.trim() === '' && <span className="dim">It needs a name.</span>}
        </div>
      </div>
      <aside className="builder-side">
        <LiveCount condition={whole ? closed(draft.condition) : undefined} about={about} edited={edited} />
      </aside>
    </div>
  )
}
