import '@mantine/core/styles/Input.css'
import '@mantine/core/styles/PasswordInput.css'
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { Go } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import '../parts/parts.css'
import { Beside } from '../parts/problems.tsx'
import { Siblings, TRAITS } from '../parts/siblings.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'
import type { SqlTrait, Ssl, Warehouse } from './wire.ts'

type Login = {
  readonly name: string
  readonly host: string
  readonly port: string
  readonly database: string
  readonly username: string
  readonly password: string
  readonly ssl: Ssl
}
const NEW: Login = { name: '', host: '', port: '5432', database: '', username: '', password: '', ssl: 'require' }
const loginOf = ({ name, host, port, database, username, ssl }: Warehouse): Login => ({
  name,
  host,
  port: String(port),
  database,
  username,
  ssl,
  password: '',
})

const SSL: Readonly<Record<Ssl, string>> = {
  'verify-full': 'encrypted, and its certificate is checked',
  require: 'encrypted',
  disable: 'not encrypted: only inside your own network',
}

type FieldsProps = { readonly login: Login; readonly set: (login: Login) => void; readonly kept: boolean }

const Fields = ({ login, set, kept }: FieldsProps) => {
  const field = (name: Exclude<keyof Login, 'ssl'>) => ({
    value: login[name],
    onChange: (event: { currentTarget: { value: string } }) => set({ ...login, [name]: event.currentTarget.value }),
  })
  return (
    <>
      <TextInput label="Name" placeholder="Our warehouse" {...field('name')} />
      <div className="two">
        <TextInput label="Host" placeholder="db.example.com" {...field('host')} />
        <TextInput label="Port" type="number" {...field('port')} />
      </div>
      <TextInput label="Database" {...field('database')} />
      <TextInput label="User" description="One that may only read" autoComplete="off" {...field('username')} />
      <PasswordInput
        label="Password"
        description={kept ? 'Kept; write it only to change it, or the host' : 'Kept sealed, and never shown again'}
        autoComplete="new-password"
        {...field('password')}
      />
      <label className="pick-field">
        <strong className="small">Connection</strong>
        <select className="pick" value={login.ssl} onChange={(event) => set({ ...login, ssl: event.currentTarget.value as Ssl })}>
          {Object.entries(SSL).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}

/** A login, tried before it is kept. */
const Form = ({ of, done }: { readonly of?: Warehouse; readonly done: () => void }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [login, set] = useState(of ? loginOf(of) : NEW)
  const { busy, problem, act } = useActing()
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const { password, port, host, ...rest } = login
    const moved = !of || of.host !== host || String(of.port) !== port
    const body = { ...rest, ...(moved ? { host, port: Number(port) } : {}), ...(password ? { password } : {}) }
    act(async () => {
      await (of ? api.call('PATCH', `/warehouses/${of.id}`, body) : api.call('POST', '/warehouses', body))
      await queries.invalidateQueries()
      done()
    })
  }
  const missing = [login.name, login.host, login.database, login.username, of ? 'kept' : login.password].includes('')
  return (
    <form className="fields" onSubmit={send}>
      <Fields login={login} set={set} kept={of !== undefined} />
      {problem &&
        (problem.problems.length > 0 ? (
          <Beside of={problem.problems} />
        ) : (
          <Failing error={problem} title="It was not connected" />
        ))}
      <div className="row">
        <Button type="submit" loading={busy} disabled={missing}>
          {of ? 'Try it and save' : 'Try it and connect'}
        </Button>
        <Button variant="default" onClick={done}>
          Not now
        </Button>
      </div>
    </form>
  )
}

/** What goes when a warehouse is forgotten, or who reads from it still. */
const Forgetting = ({ users }: { readonly users: readonly SqlTrait[] }) =>
  users.length === 0 ? (
    <p>Its login and password are gone, and must be written again to read from it. Your database is not touched.</p>
  ) : (
    <div>
      <p>It is used. Delete what reads from it first:</p>
      <ul className="list">
        {users.map(({ id, name }) => (
          <li key={id}>
            <Go to={`/sql-traits/${id}`}>{name}</Go> <span className="dim">SQL trait</span>
          </li>
        ))}
      </ul>
    </div>
  )

const Line = ({ of, users }: { readonly of: Warehouse; readonly users: readonly SqlTrait[] }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [open, setOpen] = useState(false)
  const [fine, setFine] = useState(false)
  const [forgetting, setForgetting] = useState(false)
  const { busy, problem, act } = useActing()
  const attempt = (): void => {
    setFine(false)
    act(async () => {
      await api.call('PATCH', `/warehouses/${of.id}`, {})
      setFine(true)
    })
  }
  const forget = () =>
    act(async () => {
      await api.call('DELETE', `/warehouses/${of.id}`)
      await queries.invalidateQueries()
    })
  return (
    <li className="wrap">
      <div className="grow">
        <strong>{of.name}</strong> {fine && <span className="tone-good">answers</span>}
        <div className="soft small">
          {of.username} at {of.host}:{of.port}/{of.database}, {SSL[of.ssl].split(':')[0]};{' '}
          {users.length === 0
            ? 'nothing reads from it yet'
            : `${many(users.length, 'SQL trait reads', 'SQL traits read')} from it`}
        </div>
      </div>
      <div className="row wrap tight">
        <Button size="xs" variant="default" loading={busy} onClick={attempt}>
          Try the connection
        </Button>
        <Button size="xs" variant="default" onClick={() => setOpen(!open)}>
          Change
        </Button>
        <Button size="xs" variant="default" onClick={() => setForgetting(true)}>
          Forget
        </Button>
      </div>
      <Dialog title={`Forget “${of.name}”`} opened={forgetting} close={() => setForgetting(false)}>
        <Forgetting users={users} />
        <Answers problem={problem} close={() => setForgetting(false)}>
          <Button color="red.9" loading={busy} disabled={users.length > 0} onClick={forget}>
            Forget it
          </Button>
        </Answers>
      </Dialog>
      {problem && !forgetting && <Failing error={problem} title="This was not done" />}
      {open && <Form of={of} done={() => setOpen(false)} />}
    </li>
  )
}

const factOf = (warehouses: readonly Warehouse[] | undefined): string => {
  if (!warehouses) return 'Warehouses'
  return warehouses.length === 0
    ? 'No warehouse is connected yet.'
    : `${many(warehouses.length, 'warehouse')} that SQL traits may read from.`
}

/** The databases that SQL traits read from: connect, try, change, forget. */
export default function Warehouses() {
  const found = useGet<{ warehouses: readonly Warehouse[] }>('/warehouses')
  const traits = useGet<{ sqlTraits: readonly SqlTrait[] }>('/sql-traits').data?.sqlTraits ?? []
  const [connecting, setConnecting] = useState(false)
  const connect = <Button onClick={() => setConnecting(true)}>Connect a warehouse</Button>
  return (
    <Page title="Traits" tab="Warehouses" fact={factOf(found.data?.warehouses)} actions={connecting ? undefined : connect}>
      <div className="filters">
        <Siblings of={TRAITS} />
      </div>
      {connecting && (
        <Block title="Connect a Postgres database">
          <Form done={() => setConnecting(false)} />
        </Block>
      )}
      <Block>
        <Await of={found}>
          {({ warehouses }) =>
            warehouses.length === 0 ? (
              <Empty icon="sources" title="No warehouse yet" action={connecting ? undefined : connect}>
                A warehouse is a Postgres database of yours, with a login that may only read. Queries against it become traits.
              </Empty>
            ) : (
              <ul className="list">
                {warehouses.map((each) => (
                  <Line key={each.id} of={each} users={traits.filter(({ warehouseId }) => warehouseId === each.id)} />
                ))}
              </ul>
            )
          }
        </Await>
      </Block>
    </Page>
  )
}
