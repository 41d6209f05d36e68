import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Go, useGo } from '../parts/go.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import type { Plan } from './wire.ts'

type Sources = { readonly sources: readonly { readonly id: string; readonly name: string }[] }

const Infer = ({ sources }: { readonly sources: Sources['sources'] }) => {
  const api = useApi()
  const go = useGo()
  const [source, setSource] = useState(sources[0]?.id ?? '')
  const [window, setWindow] = useState('7d')
  const [problem, setProblem] = useState<ApiFailure>()
  const name = sources.find(({ id }) => id === source)?.name ?? source
  const infer = (): Promise<void> =>
    api
      .call<{ data: { trackingPlan: Plan } }>('POST', '/tracking-plans/inferences', {
        sourceId: source,
        window,
        name: `Plan of ${name}`,
      })
      .then(({ data }) => go(`/tracking-plans/${data.trackingPlan.id}`))
      .catch(setProblem)
  return (
    <div className="stack">
      <div className="row wrap">
        <NativeSelect
          label="What this source sent"
          value={source}
          onChange={(e) => setSource(e.currentTarget.value)}
          data={sources.map(({ id, name: label }) => ({ value: id, label }))}
        />
        <NativeSelect
          label="in the last"
          value={window}
          onChange={(e) => setWindow(e.currentTarget.value)}
          data={[
            { value: '24h', label: '24 hours' },
            { value: '7d', label: '7 days' },
            { value: '30d', label: '30 days' },
          ]}
        />
      </div>
      {problem && <Failing error={problem} title="No plan could be made" />}
      <div>
        <Button onClick={() => void infer()} disabled={source === ''}>
          Make a plan of it
        </Button>
      </div>
      <p className="dim small">
        Every event and property that was seen becomes a rule. Nothing is asked by it until you connect a source.
      </p>
    </div>
  )
}

const KINDS = [
  { value: 'LIVE', label: 'a tracking plan' },
  { value: 'RULE_LIBRARY', label: 'a library of events' },
  { value: 'PROPERTY_LIBRARY', label: 'a library of properties' },
]

const Create = () => {
  const api = useApi()
  const go = useGo()
  const { busy, problem, act } = useActing()
  const [name, setName] = useState('')
  const [type, setType] = useState('LIVE')
  const create = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      const { data } = await api.call<{ data: { trackingPlan: Plan } }>('POST', '/tracking-plans', { name: name.trim(), type })
      go(`/tracking-plans/${data.trackingPlan.id}`)
    })
  }
  return (
    <form onSubmit={create} className="stack">
      <div className="row wrap">
        <TextInput
          label="Name"
          placeholder="Web shop"
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <NativeSelect label="It is" value={type} onChange={({ currentTarget }) => setType(currentTarget.value)} data={KINDS} />
      </div>
      {problem && <Failing error={problem} title="It was not made" />}
      <div>
        <Button type="submit" loading={busy} disabled={name.trim() === ''}>
          Make it
        </Button>
      </div>
    </form>
  )
}

const Plans = ({ of }: { readonly of: readonly Plan[] }) => (
  <ul className="list">
    {of.map((plan) => (
      <li key={plan.id} className="wrap">
        <div className="grow">
          <Go to={`/tracking-plans/${plan.id}`} className="name">
            {plan.name}
          </Go>
          <div className="dim small">{plan.description}</div>
        </div>
        <span>{many(plan.rules, 'rule')}</span>
        {plan.type === 'LIVE' && (
          <span className="dim">{plan.sources === 0 ? 'not connected' : `asked of ${many(plan.sources, 'source')}`}</span>
        )}
        <span className="dim">
          changed <Ago at={plan.updatedAt} /> by {plan.updatedBy}
        </span>
      </li>
    ))}
  </ul>
)

const Lists = ({ of }: { readonly of: readonly Plan[] }) => {
  const libraries = of.filter(({ type }) => type.endsWith('_LIBRARY'))
  const plans = of.filter(({ type }) => !type.endsWith('_LIBRARY'))
  return (
    <div className="stack">
      <Block title="What calls should look like">
        {plans.length === 0 ? (
          <Empty icon="event" title="A plan says which events and properties are right">
            Calls that break it are counted, with an example, and may be blocked or cleaned.
          </Empty>
        ) : (
          <Plans of={plans} />
        )}
      </Block>
      <Block title="Libraries">
        {libraries.length === 0 ? (
          <p className="dim">None. A library holds events, or a group of properties, that several plans share and follow.</p>
        ) : (
          <Plans of={libraries} />
        )}
      </Block>
    </div>
  )
}

const factOf = (plans: readonly Plan[] | undefined): string => {
  if (plans === undefined) return 'Tracking plans'
  const libraries = plans.filter(({ type }) => type.endsWith('_LIBRARY')).length
  const own = plans.length - libraries
  const said = own === 0 ? 'No tracking plan yet' : many(own, 'tracking plan')
  return libraries === 0 ? `${said}.` : `${said}, ${many(libraries, 'library', 'libraries')}.`
}

/** The tracking plans and libraries of the space, and how to make one. */
export default function TrackingPlans() {
  const plans = useGet<{ trackingPlans: readonly Plan[] }>('/tracking-plans')
  const sources = useGet<Sources>('/sources')
  return (
    <Page
      title={
        <Trail to="/sources" of="Sources">
          Tracking plans
        </Trail>
      }
      tab="Tracking plans"
      fact={factOf(plans.data?.trackingPlans)}
    >
      <div className="cols">
        <Await of={plans}>{({ trackingPlans }) => <Lists of={trackingPlans} />}</Await>
        <div className="stack">
          <Block title="A plan of what a source sent">
            <Await of={sources}>{({ sources: all }) => <Infer sources={all} />}</Await>
          </Block>
          <Block title="An empty one">
            <Create />
          </Block>
        </div>
      </div>
    </Page>
  )
}
