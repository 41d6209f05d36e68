import { Button, NativeSelect } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import type { Plan, Rule } from './wire.ts'

type Synced = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly events: readonly string[] | null
  readonly syncedBy: string
  readonly syncedAt: string
}

const Links = ({ plan }: { readonly plan: string }) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const synced = useGet<{ libraries: readonly Synced[] }>(`/tracking-plans/${plan}/libraries`)
  const end = (id: string): void =>
    act(async () => {
      await api.call('DELETE', `/tracking-plans/${plan}/libraries/${id}`)
      await queries.invalidateQueries()
    })
  return (
    <>
      {problem && <Failing error={problem} title="The sync was not ended" />}
      <Await of={synced}>
        {({ libraries }) => (
          <ul className="list">
            {libraries.map(({ id, name, events, syncedBy, syncedAt }) => (
              <li key={id} className="wrap">
                <div className="grow">
                  <Go to={`/tracking-plans/${id}`} className="name">
                    {name}
                  </Go>
                  <div className="dim small">
                    {events ? `its properties are in ${events.join(', ')}` : 'all its events are in this plan'}; synced{' '}
                    <Ago at={syncedAt} /> by {syncedBy}
                  </div>
                </div>
                <Button
                  size="xs"
                  variant="default"
                  disabled={busy}
                  aria-label={`End the sync with ${name}`}
                  onClick={() => end(id)}
                >
                  End the sync
                </Button>
              </li>
            ))}
            {libraries.length === 0 && <li className="dim">None: this plan follows no library.</li>}
          </ul>
        )}
      </Await>
    </>
  )
}

const Events = ({
  of,
  chosen,
  set,
}: {
  readonly of: readonly string[]
  readonly chosen: ReadonlySet<string>
  readonly set: (chosen: ReadonlySet<string>) => void
}) => (
  <fieldset className="controls">
    <legend>Events that get its properties</legend>
    {of.map((name) => (
      <label key={name} className="tick-line">
        <input
          type="checkbox"
          checked={chosen.has(name)}
          onChange={({ currentTarget }) => {
            const next = new Set(chosen)
            if (currentTarget.checked) next.add(name)
            else next.delete(name)
            set(next)
          }}
        />
        {name}
      </label>
    ))}
    {of.length === 0 && <p className="dim small">This plan has no event yet.</p>}
  </fieldset>
)

const Take = ({
  plan,
  libraries,
  rules,
}: {
  readonly plan: string
  readonly libraries: readonly Plan[]
  readonly rules: readonly Rule[]
}) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const [id, setId] = useState(libraries[0]?.id ?? '')
  const [sync, setSync] = useState(true)
  const [events, setEvents] = useState<ReadonlySet<string>>(new Set())
  const library = libraries.find((one) => one.id === id)
  const isGroup = library?.type === 'PROPERTY_LIBRARY'
  const names = [...new Set(rules.flatMap(({ type, key }) => (type === 'TRACK' ? [key] : [])))]
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      await api.call('POST', `/tracking-plans/${plan}/libraries`, {
        libraryId: id,
        sync,
        ...(isGroup ? { events: [...events] } : {}),
      })
      await queries.invalidateQueries()
    })
  }
  return (
    <form onSubmit={submit} className="stack">
      <NativeSelect
        label="Library"
        value={id}
        onChange={({ currentTarget }) => setId(currentTarget.value)}
        data={libraries.map((one) => ({ value: one.id, label: `${one.name} (${many(one.rules, 'rule')})` }))}
      />
      {isGroup && <Events of={names} chosen={events} set={setEvents} />}
      <label className="tick-line">
        <input type="checkbox" checked={sync} onChange={({ currentTarget }) => setSync(currentTarget.checked)} />
        Follow its changes; what comes from it is then edited only there
      </label>
      {problem && <Failing error={problem} title="It was not taken" />}
      <div>
        <Button type="submit" loading={busy} disabled={id === '' || (isGroup && events.size === 0)}>
          {sync ? 'Take it and follow it' : 'Copy it'}
        </Button>
      </div>
    </form>
  )
}

/** The libraries that a plan follows, and another one (spec/connections §1.4). */
export const Libraries = ({ plan }: { readonly plan: string }) => {
  const plans = useGet<{ trackingPlans: readonly Plan[] }>('/tracking-plans')
  const rules = useGet<{ rules: readonly Rule[] }>(`/tracking-plans/${plan}/rules`)
  return (
    <div className="cols">
      <Block title="Libraries that this plan follows">
        <Links plan={plan} />
      </Block>
      <Block title="Take a library">
        <Await of={plans}>
          {({ trackingPlans }) => {
            const libraries = trackingPlans.filter(({ type }) => type.endsWith('_LIBRARY'))
            return libraries.length === 0 ? (
              <Empty icon="copy" title="No library yet" action={<Go to="/tracking-plans">Make one</Go>}>
                A library holds events, or a group of properties, that several plans share.
              </Empty>
            ) : (
              <Await of={rules}>{({ rules: all }) => <Take plan={plan} libraries={libraries} rules={all} />}</Await>
            )
          }}
        </Await>
      </Block>
    </div>
  )
}
