import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { DestinationReplay } from '../../api/routes/destination-replays.ts'
import { useApi, useGet } from '../api.ts'
import { Bar } from '../import/bar.tsx'
import { useActing } from '../parts/acting.ts'
import { Block } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { instant, many, number } from '../parts/words.ts'
import { ReplayForm } from './replay-form.tsx'
import type { Destination, Tool } from './wire.ts'

const STATES: Readonly<Record<DestinationReplay['status'], { readonly of: string; readonly says: string }>> = {
  RUNNING: { of: 'active', says: 'Under way' },
  PAUSED: { of: 'paused', says: 'Paused' },
  COMPLETED: { of: 'completed', says: 'Done' },
  CANCELLED: { of: 'disabled', says: 'Cancelled' },
  FAILED: { of: 'failed', says: 'Broke off' },
}
type Steering = 'pause' | 'resume' | 'cancel'
const WAYS: Readonly<Record<DestinationReplay['status'], readonly Steering[]>> = {
  RUNNING: ['pause', 'cancel'],
  PAUSED: ['resume', 'cancel'],
  COMPLETED: [],
  CANCELLED: [],
  FAILED: [],
}
const LABELS: Readonly<Record<Steering, string>> = { pause: 'Pause', resume: 'Resume', cancel: 'Cancel' }

const whatOf = ({ failedOnly, types, names }: DestinationReplay): string => {
  const all = failedOnly ? 'What failed' : 'All'
  const of = [types ? `${types.join(', ')} calls` : 'calls', ...(names ? [`named ${names.join(', ')}`] : [])].join(' ')
  return failedOnly ? `${all} of the ${of}` : `${all} ${of}`
}

const Came = ({ of: { progress } }: { readonly of: DestinationReplay }) => {
  const words = (['delivered', 'filtered', 'discarded', 'failed', 'waiting'] as const).flatMap((one) => {
    const said = { delivered: 'delivered', filtered: 'kept back', discarded: 'not sent', failed: 'failed', waiting: 'waiting' }
    return progress[one] > 0 ? [`${number(progress[one])} ${said[one]}`] : []
  })
  return (
    <>
      {number(progress.done)} of {many(progress.expected, 'call')}
      {words.length > 0 && `: ${words.join(', ')}`}
    </>
  )
}

const Line = ({ of }: { readonly of: DestinationReplay }) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const path = `/destinations/${of.destinationId}/replays`
  const steer = (what: Steering): void =>
    act(async () => {
      await api.call('POST', `${path}/${of.id}`, { do: what })
      await queries.invalidateQueries({ queryKey: [path] })
    })
  const { expected, done } = of.progress
  const { of: state, says } = STATES[of.status]
  const moving = of.status === 'RUNNING' || of.status === 'PAUSED'
  return (
    <li className="from-top wrap">
      <div className="grow">
        <strong>{whatOf(of)}</strong>
        <div className="small">
          {instant(of.from)} to {instant(of.to)}
        </div>
        <div className="small soft">
          <Came of={of} />
        </div>
        {of.error && <div className="small tone-bad">{of.error}</div>}
        <div className="dim small">
          begun <Ago at={of.startedAt} /> by {of.requestedBy}
          {of.finishedAt && (
            <>
              , over <Ago at={of.finishedAt} />
            </>
          )}
        </div>
      </div>
      <Status of={state} says={says} />
      <div className="row wrap tight">
        {WAYS[of.status].map((what) => (
          <Button key={what} size="xs" variant="default" disabled={busy} onClick={() => steer(what)}>
            {LABELS[what]}
          </Button>
        ))}
      </div>
      {moving && (
        <div className="opened">
          <Bar percent={expected === 0 ? undefined : Math.floor((100 * done) / expected)} label="How far the replay is" />
        </div>
      )}
      {problem && <Failing error={problem} title="It was not changed" />}
    </li>
  )
}

/** A source's past, sent to this destination again: how far each replay is, and another one (spec/connections §2.6). */
export const Replays = ({ of, tool }: { readonly of: Destination; readonly tool: Tool }) => {
  const found = useGet<{ replays: readonly DestinationReplay[] }>(`/destinations/${of.id}/replays`, { every: 1_000 })
  return (
    <div className="cols">
      <Block title="What was sent again">
        <Await of={found}>
          {({ replays }) =>
            replays.length === 0 ? (
              <Empty icon="clock" title="Nothing was sent again yet">
                A replay sends what came in before to this destination only: because it is new, or was away. Choose what beside
                this; you see how many calls it is before anything is sent.
              </Empty>
            ) : (
              <ul className="list" aria-label="Replays">
                {replays.map((one) => (
                  <Line key={one.id} of={one} />
                ))}
              </ul>
            )
          }
        </Await>
      </Block>
      <Block title="Send the past again">
        <ReplayForm of={of} tool={tool} />
      </Block>
    </div>
  )
}
