import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import '../parts/forms.css'
import '../parts/parts.css'
import { useActing } from '../parts/acting.ts'
import { Go, useGo } from '../parts/go.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import { type Connection, type Fn, TEMPLATE } from './wire.ts'

const Make = () => {
  const api = useApi()
  const go = useGo()
  const [name, setName] = useState('')
  const { busy, problem, act } = useActing()
  const make = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      const body = { displayName: name.trim(), resourceType: 'INSERT_SOURCE', code: TEMPLATE }
      const { data } = await api.call<{ data: { function: Fn } }>('POST', '/functions', body)
      go(`/functions/${data.function.id}`)
    })
  }
  return (
    <form onSubmit={make} className="stack">
      <TextInput
        label="Name"
        placeholder="Tidy what the app sends"
        value={name}
        maxLength={120}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      {problem && <Failing error={problem} title="It was not made" />}
      <div>
        <Button type="submit" loading={busy} disabled={name.trim() === ''}>
          Make it
        </Button>
      </div>
      <p className="dim small">It begins by leaving every event as it is. Nothing runs before it is deployed and connected.</p>
    </form>
  )
}

const stateOf = ({ deployedAt, isLatestVersion }: Fn): string =>
  deployedAt === null ? 'not deployed' : isLatestVersion ? 'deployed' : 'deployed, with later changes that are not'

const factOf = (all: readonly Fn[] | undefined, connections: readonly Connection[]): string => {
  if (all === undefined) return 'Functions'
  if (all.length === 0) return 'No function: events are stored as they come.'
  const on = connections.filter(({ enabled }) => enabled).length
  return `${many(all.length, 'function')}, switched on at ${many(on, 'source')}.`
}

/** Code of one's own that changes or drops what a source sends (spec/connections §2.5, §4). */
export default function Functions() {
  const all = useGet<{ functions: readonly Fn[] }>('/functions')
  const connections = useGet<{ instances: readonly Connection[] }>('/insert-function-instances')
  const at = (id: string): number => (connections.data?.instances ?? []).filter(({ classId }) => classId === id).length
  return (
    <Page
      title={
        <Trail to="/sources" of="Sources">
          Functions
        </Trail>
      }
      tab="Functions"
      fact={factOf(all.data?.functions, connections.data?.instances ?? [])}
    >
      <div className="cols">
        <Block title="Code that changes or drops what sources send">
          <Await of={all}>
            {({ functions }) =>
              functions.length === 0 ? (
                <Empty icon="pencil" title="A function does what no switch can">
                  JavaScript that sees each event of a source before anybody else: look something up, compute a value, leave out
                  what should not be kept, or drop the event.
                </Empty>
              ) : (
                <ul className="list">
                  {functions.map((one) => (
                    <li key={one.id} className="wrap">
                      <div className="grow">
                        <Go to={`/functions/${one.id}`} className="name">
                          {one.displayName}
                        </Go>{' '}
                        <span className="dim">{stateOf(one)}</span>
                        <div className="small dim">
                          {at(one.id) === 0 ? 'connected to no source' : `connected to ${many(at(one.id), 'source')}`}
                        </div>
                      </div>
                      <span className="dim small">
                        <Ago at={one.updatedAt} />
                      </span>
                    </li>
                  ))}
                </ul>
              )
            }
          </Await>
        </Block>
        <Block title="Another one">
          <Make />
        </Block>
      </div>
    </Page>
  )
}
