import '@mantine/core/styles/Input.css'
import { Button, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Block } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'

type Token = {
  readonly id: string
  readonly name: string
  readonly kind: 'profile_api' | 'management'
  readonly createdBy: string
  readonly createdAt: string
  readonly lastUsedAt?: string
  readonly revokedAt?: string
  readonly revokedBy?: string
  readonly current: boolean
}
type Made = { readonly token: Token; readonly secret: string }

const OPENS: Readonly<Record<Token['kind'], string>> = {
  profile_api: 'reads profiles by the Profile API, and nothing else',
  management: 'manages the space: for people, scripts and the command line',
}

const Use = ({ of }: { readonly of: Token }) => {
  if (of.revokedAt)
    return (
      <>
        revoked <Ago at={of.revokedAt} />
        {of.revokedBy && ` by ${of.revokedBy}`}
      </>
    )
  return of.lastUsedAt ? (
    <>
      used <Ago at={of.lastUsedAt} />
    </>
  ) : (
    <>never used</>
  )
}

const Row = ({ of, changed }: { readonly of: Token; readonly changed: () => Promise<unknown> }) => {
  const api = useApi()
  const [asked, ask] = useState(false)
  const { busy, problem, act } = useActing()
  const revoke = (): void => act(() => api.call('DELETE', `/tokens/${of.id}`).then(changed))
  return (
    <li className="wrap">
      <div className="grow">
        <strong className={of.revokedAt ? 'dim' : ''}>{of.name}</strong>
        {of.current && <span className="dim"> (this browser)</span>}
        <div className="dim small">
          {of.kind === 'profile_api' ? 'Profile API' : 'manages the space'}, made by {of.createdBy} <Ago at={of.createdAt} />,{' '}
          <Use of={of} />
        </div>
        {problem && <Failing error={problem} title="It was not revoked" />}
      </div>
      {!of.revokedAt && !of.current && !asked && (
        <Button size="xs" variant="default" aria-label={`Revoke ${of.name}`} onClick={() => ask(true)}>
          Revoke
        </Button>
      )}
      {!of.revokedAt && asked && (
        <div className="row-tight">
          <Button size="xs" color="red.9" loading={busy} onClick={revoke}>
            Revoke “{of.name}” for good
          </Button>
          <Button size="xs" variant="default" onClick={() => ask(false)}>
            Keep it
          </Button>
        </div>
      )}
    </li>
  )
}

const Shown = ({ of: { token, secret }, done }: { readonly of: Made; readonly done: () => void }) => (
  <section className="block attention" aria-label="The new token">
    <p>This is “{token.name}”. Copy it now: it is shown this once and kept nowhere.</p>
    <p className="mono" data-testid="secret">
      {secret}
    </p>
    <div className="row">
      <Button size="xs" onClick={() => void navigator.clipboard.writeText(secret)}>
        Copy
      </Button>
      <Button size="xs" variant="default" onClick={done}>
        I have it
      </Button>
    </div>
  </section>
)

const NewToken = ({ made }: { readonly made: (made: Made) => void }) => {
  const api = useApi()
  const [name, setName] = useState('')
  const [kind, setKind] = useState<Token['kind']>('profile_api')
  const { busy, problem, act } = useActing()
  const send = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      const { data } = await api.call<{ data: Made }>('POST', '/tokens', { name, kind })
      setName('')
      made(data)
    })
  }
  return (
    <form className="stack tight" onSubmit={send}>
      <div className="row wrap">
        <TextInput
          className="grow"
          miw={260}
          placeholder="What it is for: “Shop backend”"
          aria-label="Name of a new token"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <select
          className="pick"
          aria-label="What it opens"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as Token['kind'])}
        >
          <option value="profile_api">for the Profile API</option>
          <option value="management">that manages the space</option>
        </select>
        <Button type="submit" variant="default" loading={busy} disabled={name.trim() === ''}>
          Make a token
        </Button>
      </div>
      <p className="dim small">It {OPENS[kind]}.</p>
      {problem && <Failing error={problem} title="It was not made" />}
    </form>
  )
}

/** The keys to the API: made here and shown once, when they were used last, and how they are revoked. */
export const Tokens = () => {
  const queries = useQueryClient()
  const found = useGet<{ tokens: readonly Token[] }>('/tokens')
  const [made, setMade] = useState<Made>()
  const changed = (): Promise<void> => queries.invalidateQueries({ queryKey: ['/tokens'] })
  const show = (next: Made): void => {
    setMade(next)
    void changed()
  }
  return (
    <Block title="Tokens">
      <div className="stack">
        {made && <Shown of={made} done={() => setMade(undefined)} />}
        <Await of={found} lines={3}>
          {({ tokens }) => (
            <ul className="list" aria-label="Tokens">
              {tokens.map((token) => (
                <Row key={token.id} of={token} changed={changed} />
              ))}
            </ul>
          )}
        </Await>
        <NewToken made={show} />
      </div>
    </Block>
  )
}
