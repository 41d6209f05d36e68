import { Button, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import '../parts/forms.css'
import { Beside, problemsAt, problemsElsewhere } from '../parts/problems.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { Failing } from '../parts/state.tsx'
import type { Problem } from '../wire.ts'
import { allOf, changesOf, type Draft, draftOf, NEW } from './draft.ts'
import { Fields } from './fields.tsx'
import { type IdentityRule, type IdentityRules, PATH } from './wire.ts'

const FIELDS = ['type', 'limit', 'period', 'priority', 'readsTraits', 'blocked'] as const

const Reset = ({ of, done }: { readonly of: IdentityRule; readonly done: () => void }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [asked, ask] = useState(false)
  const { busy, problem, act } = useActing()
  const reset = (): void =>
    act(async () => {
      await api.call('DELETE', `${PATH}/${encodeURIComponent(of.type)}`)
      await queries.invalidateQueries({ queryKey: [PATH] })
      done()
    })
  return (
    <div className="stack tight">
      <p className="dim small">
        Reset, {of.type} is treated as if nobody had said anything of it. Identifiers that people have already stay with them.
      </p>
      {problem && <Failing error={problem} title="It was not reset" />}
      <div className="row wrap">
        {asked ? (
          <>
            <Button size="xs" color="red.9" loading={busy} onClick={reset}>
              Forget what was said of {of.type}
            </Button>
            <Button size="xs" variant="default" onClick={() => ask(false)}>
              Keep it
            </Button>
          </>
        ) : (
          <Button size="xs" variant="default" onClick={() => ask(true)}>
            Reset {of.type}
          </Button>
        )}
      </div>
    </div>
  )
}

// An address ends where a path says that it goes up; and an existing type is changed where its rule is seen.
const typeProblems = (type: string, { rules }: IdentityRules): readonly Problem[] => {
  if (rules.some((rule) => rule.type === type))
    return [{ field: 'type', message: `${type} is there already`, remedy: 'open it in the table to change it' }]
  if (type.startsWith('.')) return [{ field: 'type', message: 'a type begins with a small letter or a digit' }]
  return []
}

type TypeProps = { readonly draft: Draft; readonly set: (type: string) => void; readonly problems: readonly Problem[] }

const Type = ({ draft, set, problems }: TypeProps) => (
  <div>
    <TextInput
      label="Type"
      description="What it is called in calls, in small letters"
      placeholder="loyalty_id"
      spellCheck={false}
      autoComplete="off"
      value={draft.type}
      onChange={({ currentTarget }) => set(currentTarget.value)}
    />
    <Beside of={problemsAt(problems, 'type')} />
  </div>
)

type Props = { readonly of?: IdentityRule; readonly all: IdentityRules; readonly close: () => void }

/** How one type is treated, or a new one: saved for what is received from then on. */
export const Edit = ({ of, all, close }: Props) => {
  const api = useApi()
  const queries = useQueryClient()
  const before = of ? draftOf(of, all.usualBlocked) : NEW
  const [draft, setDraft] = useState(before)
  const [wrong, setWrong] = useState<readonly Problem[]>([])
  const { busy, problem, act } = useActing()
  const type = draft.type.trim()
  const body = of ? changesOf(draft, before) : allOf(draft)
  const problems = [...wrong, ...(problem?.problems ?? [])]
  const elsewhere = problemsElsewhere(problems, ...FIELDS)
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const found = of ? [] : typeProblems(type, all)
    setWrong(found)
    if (found.length > 0) return
    act(async () => {
      await api.call('PATCH', `${PATH}/${encodeURIComponent(type)}`, body)
      await queries.invalidateQueries({ queryKey: [PATH] })
      close()
    })
  }
  return (
    <Sheet
      title={of ? of.type : 'Another type of identifier'}
      close={close}
      below={<p className="dim small">{of ? `Read from ${of.readFrom.join(', ')}` : 'Holds from the next call on'}</p>}
    >
      <form className="fields" onSubmit={send} noValidate>
        {!of && <Type draft={draft} set={(next) => setDraft({ ...draft, type: next })} problems={problems} />}
        <Fields
          draft={draft}
          set={(change) => setDraft((now) => ({ ...now, ...change }))}
          problems={problems}
          usual={all.usualBlocked}
          mayReadTraits={of ? of.mayReadTraits : true}
        />
        <Beside of={elsewhere} />
        {problem && problem.problems.length === 0 && <Failing error={problem} title="It was not saved" />}
        <div className="row">
          <Button type="submit" loading={busy} disabled={of ? Object.keys(body).length === 0 : type === ''}>
            {of ? 'Save' : 'Add it'}
          </Button>
          <Button variant="default" onClick={close}>
            Not now
          </Button>
        </div>
      </form>
      {of?.stored && <Reset of={of} done={close} />}
    </Sheet>
  )
}
