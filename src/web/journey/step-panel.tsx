import { useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block } from '../parts/page.tsx'
import { Failing, Loading } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { callOf, human } from '../parts/words.ts'
import type { Run } from '../wire.ts'
import { type Drawn, ENTRY } from './graph.ts'

/** Who stands at a step, or, of the entry, everybody who came. */
export const Runs = ({ journey, step }: { readonly journey: string; readonly step: string }) => {
  const params = step === ENTRY || step === '' ? { count: 20 } : { count: 20, step, status: 'active,held' }
  const list = useList<Run>(`/journeys/${journey}/runs`, 'runs', { params, every: 5_000 })
  if (list.error && !list.items) return <Failing error={list.error} again={list.again} />
  if (!list.items) return <Loading />
  if (list.items.length === 0) return <p className="dim">Nobody is here now.</p>
  return (
    <>
      <ul className="list">
        {list.items.map((run) => (
          <li key={run.id}>
            <div className="grow">
              <Go to={`/journeys/${journey}/runs/${run.id}`}>{callOf(run)}</Go>
              <div className="dim small">
                {run.dueAt ? (
                  <>
                    goes on <Ago at={run.dueAt} />
                  </>
                ) : (
                  <>
                    came <Ago at={run.arrivedAt ?? run.enteredAt} />
                  </>
                )}
                {run.endReason && ` · ${human(run.endReason)}`}
              </div>
            </div>
            <Status of={run.status} />
          </li>
        ))}
      </ul>
      <More more={list.more} busy={list.loadingMore} />
    </>
  )
}

type PanelProps = { readonly journey: string; readonly of: Drawn; readonly close: () => void }

/** Beside the canvas: the step that was clicked, and the people at it. */
export const StepPanel = ({ journey, of, close }: PanelProps) => (
  <Block
    title={of.sentence}
    aside={
      <button type="button" className="plain-button" onClick={close} aria-label="Close">
        <Icon name="close" size={15} />
      </button>
    }
  >
    <p className="soft small">{of.id === ENTRY ? 'Everybody who entered, newest first' : 'Who is here now'}</p>
    {of.id.endsWith('.end') ? (
      <p className="dim">Whoever comes here has completed the journey.</p>
    ) : (
      <Runs journey={journey} step={of.id} />
    )}
  </Block>
)
