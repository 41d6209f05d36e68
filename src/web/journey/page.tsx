import { useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useGet } from '../api.ts'
import { useSearchWord } from '../parts/go.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Loading } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { many, number } from '../parts/words.ts'
import type { Journey, Overview, StepFailure, StepFigures } from '../wire.ts'
import { Actions } from './actions.tsx'
import { type Drawn, draw } from './graph.ts'
import { StepNode } from './node.tsx'
import { Runs, StepPanel } from './step-panel.tsx'
import { Failures, Refusals } from './trouble.tsx'

const Canvas = lazy(() => import('./canvas.tsx'))

const factOf = (journey: Journey): string => {
  const { active = 0, held = 0, completed = 0, exited = 0, entered24h = 0 } = journey.stats ?? {}
  if (journey.status === 'draft') return 'A draft: nobody enters before it is published.'
  const state = journey.status === 'live' ? '' : journey.status === 'paused' ? 'Paused: ' : 'Archived: '
  return `${state}${many(active + held, 'run')} in flight, ${number(entered24h)} entered in 24 hours; ${number(completed)} completed, ${number(exited)} left early.`
}

type StepsProps = { readonly steps: readonly Drawn[]; readonly chosen: string; readonly choose: (id: string) => void }

const StepList = ({ steps, chosen, choose }: StepsProps) => (
  <ol className="step-list">
    {steps
      .filter((step) => !step.id.endsWith('.end'))
      .map((step) => (
        <li key={step.id}>
          <StepNode of={step} chosen={step.id === chosen} choose={choose} />
          {step.ways.map((way) => (
            <div key={way.to + way.label} className="step-next">
              {way.label ? `${way.label}${way.share === undefined ? '' : ` (${Math.round(way.share * 100)} %)`} → ` : '→ '}
              {steps.find((other) => other.id === way.to)?.sentence ?? way.to}
            </div>
          ))}
        </li>
      ))}
  </ol>
)

const VIEWS = [
  { key: 'canvas', label: 'Canvas' },
  { key: 'list', label: 'List' },
  { key: 'runs', label: 'People' },
  { key: 'refusals', label: 'Not let in' },
] as const

const Plan = ({ journey }: { readonly journey: Journey }) => {
  const [view, setView] = useSearchWord('view', window.innerWidth < 760 ? 'list' : 'canvas')
  const [chosen, choose] = useSearchWord('step')
  const figures = useGet<{ steps: readonly StepFigures[] }>(`/journeys/${journey.id}/steps`, { every: 2_000 })
  const failures = useGet<{ failures: readonly StepFailure[] }>(`/journeys/${journey.id}/failures`, { every: 3_000 })
  const overview = useGet<Overview>('/overview')
  const names = new Map(overview.data?.audiences.map((audience) => [audience.key, audience.name]))
  const { active = 0, held = 0, completed = 0, exited = 0 } = journey.stats ?? {}
  const steps = draw(
    journey.definition,
    figures.data?.steps ?? [],
    active + held + completed + exited,
    (key) => names.get(key) ?? key,
    new Map(failures.data?.failures.map((each) => [each.step, each.error])),
  )
  const isPlan = view === 'canvas' || view === 'list'
  const open = steps.find((step) => step.id === chosen)
  const toggle = (id: string): void => choose(id === chosen ? '' : id)
  return (
    <>
      <Failures of={failures.data?.failures ?? []} choose={choose} />
      <div className="row">
        {VIEWS.map((one) => (
          <button key={one.key} type="button" className="chip" aria-pressed={view === one.key} onClick={() => setView(one.key)}>
            {one.label}
          </button>
        ))}
      </div>
      <div className={open && isPlan ? 'cols side-right' : ''}>
        {view === 'canvas' && (
          <Suspense fallback={<Loading lines={8} />}>
            <Canvas steps={steps} chosen={chosen} choose={toggle} />
          </Suspense>
        )}
        {view === 'list' && <StepList steps={steps} chosen={chosen} choose={toggle} />}
        {view === 'runs' && (
          <Block title="Everybody who entered, newest first">
            <Runs journey={journey.id} step="" />
          </Block>
        )}
        {view === 'refusals' && (
          <Block title="Would have entered and were not let in, newest first">
            <Refusals journey={journey.id} />
          </Block>
        )}
        {open && isPlan && <StepPanel key={open.id} journey={journey.id} of={open} close={() => choose('')} />}
      </div>
    </>
  )
}

/** One journey: where everybody is, which way they went, and what one may do about it. */
export default function JourneyPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useGet<{ journey: Journey }>(`/journeys/${id}`, { every: 3_000 })
  const journey = found.data?.journey
  return (
    <Page
      title={
        <Trail to="/journeys" of="Journeys">
          {journey && (
            <>
              <strong>{journey.name}</strong> <Status of={journey.status} />
              {journey.liveVersion ? <span className="dim"> version {journey.liveVersion}</span> : null}
            </>
          )}
        </Trail>
      }
      tab={journey?.name ?? 'Journey'}
      fact={journey ? factOf(journey) : 'Journey'}
      below={journey?.description}
      actions={journey && <Actions of={journey} />}
    >
      <Await of={found}>{(data) => <Plan journey={data.journey} />}</Await>
    </Page>
  )
}
