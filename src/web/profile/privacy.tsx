import '@mantine/core/styles/Popover.css'
import '@mantine/core/styles/Menu.css'
import { Button, Menu } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import type { Profile } from '../wire.ts'
import { nameOf } from './name.ts'

type Deed = {
  readonly type: 'SUPPRESS_ONLY' | 'DELETE_ONLY' | 'SUPPRESS_WITH_DELETE'
  readonly label: string
  readonly verb: string
  readonly erases: boolean
  readonly effect: string
}

const DEEDS: readonly Deed[] = [
  {
    type: 'SUPPRESS_ONLY',
    label: 'Suppress …',
    verb: 'Suppress',
    erases: false,
    effect:
      'From now on nothing is taken of them and nothing is sent to them, under any id they are known by; the journeys they are in end. What is stored stays, and they can be let in again.',
  },
  {
    type: 'DELETE_ONLY',
    label: 'Erase …',
    verb: 'Erase',
    erases: true,
    effect:
      'Everything that is stored of them is removed, within minutes and for good: the profile, events, messages, runs, files. What they said no to is kept as hashes. If they come back, it is as somebody new.',
  },
  {
    type: 'SUPPRESS_WITH_DELETE',
    label: 'Erase and suppress …',
    verb: 'Erase and suppress',
    erases: true,
    effect:
      'Everything that is stored of them is removed, within minutes and for good, and nothing is taken of them or sent to them from now on.',
  },
]

/** The identifier that a request names them by: their user id, where they have one. */
const subjectOf = ({ identifiers }: Profile): readonly [string, string] | undefined => {
  const [type, values] = Object.entries(identifiers).find(([kind]) => kind === 'user_id') ?? Object.entries(identifiers)[0] ?? []
  return type !== undefined && values?.[0] !== undefined ? [type, values[0]] : undefined
}

const Asking = ({
  of,
  deed,
  close,
  erasing,
}: {
  readonly of: Profile
  readonly deed: Deed
  readonly close: () => void
  readonly erasing: (regulation: string) => void
}) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const [type, id] = subjectOf(of) ?? []
  const press = (): void =>
    act(async () => {
      const body = { regulationType: deed.type, subjectType: type, subjectIds: [id] }
      const { data } = await api.call<{ data: { regulateId: string } }>('POST', '/regulations', body)
      close()
      if (deed.erases) erasing(data.regulateId)
      else await queries.invalidateQueries()
    })
  return (
    <>
      <p>
        <strong>{nameOf(of)}</strong>{' '}
        <span className="mono dim">
          {type} {id}
        </span>
      </p>
      <p>{deed.effect}</p>
      <Answers problem={problem} close={close}>
        <Button color="red.9" loading={busy} onClick={press}>
          {deed.verb} {nameOf(of)}
        </Button>
      </Answers>
    </>
  )
}

/** What can be done where somebody asks not to be known: each says what it does and to whom before it does it. */
export const PrivacyMenu = ({ of, erasing }: { readonly of: Profile; readonly erasing: (regulation: string) => void }) => {
  const [deed, choose] = useState<Deed>()
  if (!subjectOf(of)) return null
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default">Privacy</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {DEEDS.filter(({ type }) => type !== 'SUPPRESS_ONLY' || !of.suppressed).map((each) => (
            <Menu.Item key={each.type} onClick={() => choose(each)}>
              {each.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Dialog title={`${deed?.verb} ${nameOf(of)}?`} opened={deed !== undefined} close={() => choose(undefined)}>
        {deed && <Asking of={of} deed={deed} close={() => choose(undefined)} erasing={erasing} />}
      </Dialog>
    </>
  )
}

/** Says that nothing is taken of them, since when, and lets them in again. */
export const SuppressedPerson = ({ of, again }: { readonly of: Profile; readonly again: () => void }) => {
  const api = useApi()
  const { busy, problem, act } = useActing()
  const { suppressed } = of
  if (!suppressed) return null
  const letIn = (): void =>
    act(async () => {
      for (const { type, id } of suppressed.named)
        await api.call('POST', '/regulations', { regulationType: 'UNSUPPRESS', subjectType: type, subjectIds: [id] })
      again()
    })
  return (
    <section className="block attention" aria-label="Suppressed">
      <div className="block-head">
        <h2>Nothing is taken of {nameOf(of)}, and nothing is sent to them</h2>
      </div>
      {problem && <Failing error={problem} title="They were not let in" />}
      <div className="row wrap">
        <span className="grow">
          Suppressed <Ago at={suppressed.since} /> by {suppressed.by}. What is stored is from before.
        </span>
        <Button size="xs" variant="default" loading={busy} onClick={letIn}>
          Let them in again
        </Button>
      </div>
    </section>
  )
}
