import { useParams } from '@tanstack/react-router'
import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import { Channel, Status } from '../parts/status.tsx'
import { Ago, useNow } from '../parts/time.tsx'
import { ago, callOf, human, instant } from '../parts/words.ts'
import type { Journey, Message, Run, Transition } from '../wire.ts'

type Passage = { readonly run: Run; readonly transitions: readonly Transition[]; readonly messages?: readonly Message[] }

const Fact = ({ of }: { readonly of: Run }) => {
  const now = useNow()
  const since = ago(of.enteredAt, now)
  if (of.status === 'completed') return <>Completed; entered {since}.</>
  if (of.status === 'exited')
    return (
      <>
        Left early{of.endReason ? `: ${human(of.endReason)}` : ''}; entered {since}.
      </>
    )
  const due = of.dueAt ? `, goes on ${ago(of.dueAt, now)}` : ''
  return (
    <>
      {of.status === 'held' ? 'Waiting for an event' : 'On the way'}
      {due}; entered {since}.
    </>
  )
}

const Evidence = ({ of }: { readonly of: unknown }) =>
  of && typeof of === 'object' && Object.keys(of).length > 0 ? (
    <details className="data">
      <summary>evidence of then</summary>
      <pre>{JSON.stringify(of, null, 2)}</pre>
    </details>
  ) : null

const Entered = ({ at }: { readonly at: string }) => (
  <li>
    <span className="dot tone-good">
      <Icon name="people" size={15} />
    </span>
    <div className="what">Entered</div>
    <div className="when">{instant(at)}</div>
  </li>
)

const Steps = ({ run, transitions, messages = [] }: Passage) => (
  <ol className="timeline">
    {!transitions.some((passed) => !passed.step) && <Entered at={run.enteredAt} />}
    {transitions.map((passed) => (
      <li key={`${passed.happenedAt} ${passed.step} ${passed.nextStep}`}>
        <span className="dot">
          <Icon name="check" size={15} />
        </span>
        <div className="what">
          {passed.sentence ?? `Passed ${human(passed.step ?? 'the entry')}`}
          {passed.branch && !passed.sentence && <span className="soft">, taking “{passed.branch}”</span>}
          <Evidence of={passed.evidence} />
          {messages
            .filter((message) => message.step && message.step === passed.step)
            .map((message) => (
              <MessageLine key={message.id} of={message} />
            ))}
        </div>
        <div className="when">{instant(passed.happenedAt)}</div>
      </li>
    ))}
    {(run.status === 'active' || run.status === 'held') && (
      <li>
        <span className="dot tone-busy">
          <Icon name={run.status === 'held' ? 'hold' : 'clock'} size={15} />
        </span>
        <div className="what">
          <strong>{run.sentence?.replace(/, until \S+ at the latest$/, '') ?? `Stands at ${human(run.step ?? '')}`}</strong>
          {run.dueAt && (
            <div className="detail">
              goes on <Ago at={run.dueAt} />, at {instant(run.dueAt)}
            </div>
          )}
        </div>
        <div className="when" />
      </li>
    )}
  </ol>
)

const MessageLine = ({ of }: { readonly of: Message }) => (
  <div className="row wrap">
    <Channel of={of.channel} /> <Status of={of.status} />
    {of.reason && <span className="small">{human(of.reason)}</span>}
    <Go to={`/messages/${of.id}`} className="accent small">
      {of.sentence ?? of.templateName ?? 'the message'}
    </Go>
  </div>
)

/** One person's passage through a journey: each step with the evidence of then, what was sent, what is waited for. */
export default function RunPage() {
  const { id, run } = useParams({ strict: false }) as { id: string; run: string }
  const found = useGet<Passage>(`/journeys/${id}/runs/${run}`, { every: 3_000 })
  const journey = useGet<{ journey: Journey }>(`/journeys/${id}`)
  const passage = found.data
  return (
    <Page
      title={
        <Trail to={`/journeys/${id}`} of={journey.data?.journey.name ?? 'Journey'}>
          {passage && <Go to={`/people/${passage.run.profileId}`}>{callOf(passage.run)}</Go>}{' '}
          {passage && <Status of={passage.run.status} />}
        </Trail>
      }
      tab="Run"
      fact={passage ? <Fact of={passage.run} /> : 'A passage'}
    >
      <Await of={found}>
        {(data) => (
          <Block>
            <Steps {...data} />
          </Block>
        )}
      </Await>
    </Page>
  )
}
