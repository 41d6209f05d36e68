import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi } from '../api.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { useGo } from '../parts/go.tsx'
import './organise.css'

type Kind = 'events' | 'traits' | 'audiences' | 'sources'
type Names = { readonly [Of in Kind]: readonly string[] }
type Check = { readonly space: { readonly id: string; readonly name: string }; readonly mentions: Names; readonly missing: Names }

const KINDS: readonly { readonly kind: Kind; readonly noun: string; readonly accept?: string }[] = [
  { kind: 'events', noun: 'event', accept: 'Keep it: it will be sent' },
  { kind: 'traits', noun: 'trait', accept: 'Keep it: it will be there' },
  { kind: 'audiences', noun: 'audience' },
  { kind: 'sources', noun: 'source', accept: 'Keep it: nothing is left out by it' },
]

/** What a person decided about a missing name: another one, or to keep it. */
type Choice = { readonly to?: string; readonly keep?: boolean }
type Choices = Readonly<Record<string, Choice>>
const keyOf = (kind: Kind, name: string): string => `${kind} ${name}`

const resolution = (missing: Names, choices: Choices) => {
  const of = (kind: Kind) => missing[kind].map((name) => ({ name, choice: choices[keyOf(kind, name)] ?? {} }))
  const mapped = (kind: Kind) =>
    Object.fromEntries(of(kind).flatMap(({ name, choice }) => (choice.to && !choice.keep ? [[name, choice.to]] : [])))
  const kept = (kind: Kind) => of(kind).flatMap(({ name, choice }) => (choice.keep ? [name] : []))
  return {
    mapping: { events: mapped('events'), traits: mapped('traits'), audiences: mapped('audiences'), sources: mapped('sources') },
    accept: { events: kept('events'), traits: kept('traits'), sources: kept('sources') },
  }
}

const isResolved = (missing: Names, choices: Choices): boolean =>
  KINDS.every(({ kind }) => missing[kind].every((name) => choices[keyOf(kind, name)]?.to || choices[keyOf(kind, name)]?.keep))

const Missing = ({
  check,
  choices,
  set,
}: {
  readonly check: Check
  readonly choices: Choices
  readonly set: (key: string, choice: Choice) => void
}) => (
  <div className="stack tight">
    <p>“{check.space.name}” does not know these. Say what they are called there, or that you want them as they are.</p>
    {KINDS.flatMap(({ kind, noun, accept }) =>
      check.missing[kind].map((name) => {
        const key = keyOf(kind, name)
        const choice = choices[key] ?? {}
        return (
          <div key={key} className="row wrap">
            <span className="grow">
              {noun} <strong>{name}</strong>
            </span>
            <TextInput
              size="xs"
              placeholder={`${noun} there`}
              aria-label={`What ${noun} ${name} is called there`}
              value={choice.to ?? ''}
              disabled={choice.keep ?? false}
              onChange={(event) => set(key, { ...choice, to: event.currentTarget.value })}
            />
            {accept && (
              <label className="row-tight small">
                <input
                  type="checkbox"
                  checked={choice.keep ?? false}
                  onChange={(event) => set(key, { ...choice, keep: event.currentTarget.checked })}
                />
                {accept}
              </label>
            )}
          </div>
        )
      }),
    )}
  </div>
)

type Noun = 'audiences' | 'computed-traits'
type Cloned = { readonly of: { readonly id: string; readonly name: string }; readonly noun?: Noun }

/** A copy in the making: here (no token) or in the space of a token, what is missing there, and what was decided about it. */
const useClone = ({ of, noun = 'audiences' }: Cloned, close: () => void) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const [name, setName] = useState(`Copy of ${of.name}`)
  const [token, keepToken] = useState<string>()
  const [check, setCheck] = useState<Check>()
  const [choices, setChoices] = useState<Choices>({})
  const [problem, setProblem] = useState<ApiFailure>()
  const [made, setMade] = useState<string>()
  const at = `/${noun}/${of.id}`
  const doing = (what: () => Promise<void>): void => {
    setProblem(undefined)
    what().catch(setProblem)
  }
  const setToken = (next: string | undefined): void => {
    keepToken(next)
    setCheck(undefined)
  }
  const look = () => doing(async () => setCheck((await api.call<{ data: Check }>('POST', `${at}/clone-checks`, { token })).data))
  const clone = () =>
    doing(async () => {
      const body = { name, ...(check ? { token, ...resolution(check.missing, choices) } : {}) }
      const { data } = await api.call<{ data: Readonly<Record<string, { readonly id: string }>> }>('POST', `${at}/clones`, body)
      await queries.invalidateQueries()
      if (check) return setMade(check.space.name)
      close()
      go(`/${noun}/${Object.values(data)[0]?.id ?? ''}`)
    })
  const ready = name.trim() !== '' && (check ? isResolved(check.missing, choices) : token === undefined)
  return { name, setName, token, setToken, check, choices, setChoices, problem, made, look, clone, ready }
}
type Cloning = ReturnType<typeof useClone>

const Where = ({ of: { token, setToken, look } }: { readonly of: Cloning }) => (
  <>
    <fieldset className="chips" aria-label="Where">
      <button type="button" className="chip" aria-pressed={token === undefined} onClick={() => setToken(undefined)}>
        In this space
      </button>
      <button type="button" className="chip" aria-pressed={token !== undefined} onClick={() => setToken('')}>
        In another space
      </button>
    </fieldset>
    {token !== undefined && (
      <div className="row wrap">
        <PasswordInput
          className="grow"
          style={{ flexBasis: 200 }}
          placeholder="A token of that space"
          aria-label="A token of that space"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button variant="default" disabled={!token} onClick={look}>
          Look what is missing
        </Button>
      </div>
    )}
  </>
)

const CloneForm = ({ close, ...cloned }: Cloned & { readonly close: () => void }) => {
  const cloning = useClone(cloned, close)
  const { name, setName, check, choices, setChoices, problem, made, clone, ready } = cloning
  if (made)
    return (
      <p>
        “{name}” is in {made} now, and is being computed there.
      </p>
    )
  return (
    <>
      <p className="soft">
        The same sentence under another name and key. It is connected to nothing: no journey, no destination.
      </p>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Where of={cloning} />
      {check &&
        (isResolved(check.missing, {}) ? (
          <p className="tone-good">“{check.space.name}” knows everything it mentions.</p>
        ) : (
          <Missing check={check} choices={choices} set={(key, choice) => setChoices({ ...choices, [key]: choice })} />
        ))}
      <Answers problem={problem} close={close}>
        <Button disabled={!ready} onClick={clone}>
          Make the copy
        </Button>
      </Answers>
    </>
  )
}

/** Copies an audience or a computed trait, here or into another space, where what is missing is settled first. */
export const CloneButton = (cloned: Cloned) => {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Clone
      </Button>
      <Dialog title={`Clone “${cloned.of.name}”`} opened={open} close={() => setOpen(false)} wide>
        <CloneForm {...cloned} close={() => setOpen(false)} />
      </Dialog>
    </>
  )
}
