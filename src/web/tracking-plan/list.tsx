import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
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
        <span className="dim">{plan.sources === 0 ? 'not connected' : `asked of ${many(plan.sources, 'source')}`}</span>
        <span className="dim">
          changed <Ago at={plan.updatedAt} /> by {plan.updatedBy}
        </span>
      </li>
    ))}
  </ul>
)

/** The tracking plans of the space, and one made of what a source sent. */
export default function TrackingPlans() {
  const plans = useGet<{ trackingPlans: readonly Plan[] }>('/tracking-plans')
  const sources = useGet<Sources>('/sources')
  const count = plans.data?.trackingPlans.length
  return (
    <Page
      title={
        <Trail to="/sources" of="Sources">
          Tracking plans
        </Trail>
      }
      tab="Tracking plans"
      fact={count === undefined ? 'Tracking plans' : count === 0 ? 'No tracking plan yet.' : `${many(count, 'tracking plan')}.`}
    >
      <div className="cols">
        <Block title="What calls should look like">
          <Await of={plans}>
            {({ trackingPlans }) =>
              trackingPlans.length === 0 ? (
                <Empty icon="event" title="A plan says which events and properties are right">
                  Calls that break it are counted, with an example, and may be blocked or cleaned.
                </Empty>
              ) : (
                <Plans of={trackingPlans} />
              )
            }
          </Await>
        </Block>
        <Block title="A new plan">
          <Await of={sources}>{({ sources: all }) => <Infer sources={all} />}</Await>
        </Block>
      </div>
    </Page>
  )
}
