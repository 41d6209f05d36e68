import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import type { OAuthApp } from './oauth.tsx'

const DAYS = [1, 2, 3, 7, 14, 21, 30].map((days) => ({ value: String(days), label: many(days, 'day') }))

const useActing = () => {
  const api = useApi()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const act = async (method: 'POST' | 'DELETE', path: string, body?: object): Promise<boolean> => {
    setProblem(undefined)
    try {
      await api.call(method, path, body)
      await queries.invalidateQueries({ queryKey: ['/oauth-apps'] })
      return true
    } catch (error) {
      setProblem(error as ApiFailure)
      return false
    }
  }
  return { problem, act }
}

const Keys = ({ of }: { readonly of: OAuthApp }) => {
  const { problem, act } = useActing()
  return (
    <>
      {problem && <Failing error={problem} title="This could not be changed" />}
      {of.keys.map((key) => (
        <div key={key.id} className="row wrap small">
          <span className="dim">kid</span>
          <span className="mono">{key.id}</span>
          <span className="dim">
            added <Ago at={key.createdAt} />
          </span>
          {of.keys.length > 1 && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Delete the key ${key.id}`}
              onClick={() => void act('DELETE', `/oauth-apps/${of.id}/keys/${key.id}`)}
            >
              Delete
            </Button>
          )}
        </div>
      ))}
    </>
  )
}

const App = ({ of }: { readonly of: OAuthApp }) => {
  const { problem, act } = useActing()
  const [adding, setAdding] = useState(false)
  const [pem, setPem] = useState('')
  const add = async (): Promise<void> => {
    if (!(await act('POST', `/oauth-apps/${of.id}/keys`, { publicKey: pem }))) return
    setPem('')
    setAdding(false)
  }
  return (
    <li className="from-top">
      <div className="stack tight grow">
        <div className="row wrap">
          <strong>{of.name}</strong>
          <span className="dim small">
            tokens live {many(of.tokenDays, 'day')}; may {of.scopes.join(', ')}
          </span>
        </div>
        <div className="row small">
          <span className="dim">sub</span>
          <span className="mono">{of.id}</span>
        </div>
        <Keys of={of} />
        {problem && <Failing error={problem} title="This could not be changed" />}
        {adding && (
          <Textarea
            label="Another public key, PEM"
            className="code"
            value={pem}
            autosize
            minRows={4}
            onChange={(e) => setPem(e.currentTarget.value)}
          />
        )}
        <div className="row wrap">
          {adding ? (
            <Button size="xs" variant="default" disabled={pem.trim() === ''} onClick={() => void add()}>
              Add this key
            </Button>
          ) : (
            of.keys.length < 2 && (
              <Button size="xs" variant="default" aria-label={`Add a key to ${of.name}`} onClick={() => setAdding(true)}>
                Add a key
              </Button>
            )
          )}
          <Button
            size="xs"
            variant="default"
            aria-label={`Delete ${of.name}`}
            onClick={() => void act('DELETE', `/oauth-apps/${of.id}`)}
          >
            Delete
          </Button>
        </div>
      </div>
    </li>
  )
}

const Create = () => {
  const { problem, act } = useActing()
  const [name, setName] = useState('')
  const [publicKey, setPublicKey] = useState('')
  const [days, setDays] = useState('1')
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!(await act('POST', '/oauth-apps', { name: name.trim(), publicKey, tokenDays: Number(days) }))) return
    setName('')
    setPublicKey('')
  }
  return (
    <form onSubmit={(event) => void create(event)} className="stack">
      <TextInput label="Name" placeholder="Shop server" value={name} onChange={(e) => setName(e.currentTarget.value)} />
      <Textarea
        label="Public key, PEM"
        description="openssl genrsa -out key.pem 2048 makes a pair; openssl rsa -in key.pem -pubout shows what goes here. The private one stays with the sender."
        placeholder="-----BEGIN PUBLIC KEY-----"
        className="code"
        value={publicKey}
        autosize
        minRows={5}
        onChange={(e) => setPublicKey(e.currentTarget.value)}
      />
      <NativeSelect label="A token lives" value={days} onChange={(e) => setDays(e.currentTarget.value)} data={DAYS} />
      {problem && <Failing error={problem} title="This app could not be made" />}
      <Button type="submit" disabled={name.trim() === '' || publicKey.trim() === ''}>
        Make the app
      </Button>
    </form>
  )
}

const Revoke = () => {
  const { problem, act } = useActing()
  const [token, setToken] = useState('')
  const [done, setDone] = useState(false)
  const revoke = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setDone(await act('POST', '/oauth-apps/revoke', { token: token.trim() }))
  }
  return (
    <form onSubmit={(event) => void revoke(event)} className="stack">
      <TextInput label="Token" value={token} autoComplete="off" onChange={(e) => setToken(e.currentTarget.value)} />
      {problem && <Failing error={problem} title="This token could not be revoked" />}
      {done && <output>It is revoked: within seconds it lets nothing in.</output>}
      <Button type="submit" variant="default" disabled={token.trim() === ''}>
        Revoke it
      </Button>
    </form>
  )
}

/** Programs that prove themselves with a key pair: their keys, how long their tokens live, and taking a token back. */
export default function OAuthApps() {
  const apps = useGet<{ apps: readonly OAuthApp[] }>('/oauth-apps')
  const count = apps.data?.apps.length
  return (
    <Page
      title={
        <Trail to="/sources" of="Sources">
          OAuth apps
        </Trail>
      }
      tab="OAuth apps"
      fact={
        count === undefined
          ? 'OAuth apps'
          : count === 0
            ? 'No program proves who it is yet.'
            : `${many(count, 'program')} can prove who ${count === 1 ? 'it is' : 'they are'}.`
      }
      below="An app signs with a private key that nobody else has, and gets a token for it. A source that is connected to it can refuse calls that bring only its write key."
    >
      <div className="cols">
        <Block title="Apps">
          <Await of={apps}>
            {({ apps: all }) =>
              all.length === 0 ? (
                <Empty icon="settings" title="No app yet">
                  Make one with the public key of a server that sends calls.
                </Empty>
              ) : (
                <ul className="list">
                  {all.map((app) => (
                    <App key={app.id} of={app} />
                  ))}
                </ul>
              )
            }
          </Await>
        </Block>
        <div className="stack">
          <Block title="Another app">
            <Create />
          </Block>
          <Block title="Take a token back">
            <Revoke />
          </Block>
        </div>
      </div>
    </Page>
  )
}
