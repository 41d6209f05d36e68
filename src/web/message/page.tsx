import { useParams } from '@tanstack/react-router'
import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import { Channel, Status } from '../parts/status.tsx'
import { callOf, capital, human, instant } from '../parts/words.ts'
import type { Content, Message } from '../wire.ts'
import { Rendered } from './content.tsx'

type Answer = {
  readonly message: Message & { readonly content?: Content | null; readonly rendered?: Content | null }
  readonly content?: Content | null
}

const contentOf = (answer: Answer): Content | undefined =>
  answer.message.content ?? answer.message.rendered ?? answer.content ?? undefined

const whatHappened = (of: Message): readonly { readonly kind: string; readonly at: string }[] => [
  { kind: 'made', at: of.createdAt },
  ...(of.sentAt ? [{ kind: 'sent', at: of.sentAt }] : []),
  ...(of.events ?? []).map((event) => ({ kind: event.kind, at: event.happenedAt })),
]

const Course = ({ of }: { readonly of: Message }) => (
  <ol className="timeline">
    {whatHappened(of).map(({ kind, at }) => (
      <li key={kind + at}>
        <span className="dot">
          <Icon name="delivery" size={15} />
        </span>
        <div className="what">{capital(human(kind))}</div>
        <div className="when">{instant(at)}</div>
      </li>
    ))}
  </ol>
)

/** One message: why it is where it is, what it says, and what came back. */
export default function MessagePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useGet<Answer>(`/messages/${id}`, { every: 5_000 })
  const message = found.data?.message
  return (
    <Page
      title={
        <Trail to="/messages" of="Messages">
          {message && (
            <>
              <Channel of={message.channel} /> <Status of={message.status} />
            </>
          )}
        </Trail>
      }
      tab="Message"
      fact={message ? (message.sentence ?? `${message.templateName ?? 'A message'} to ${callOf(message)}`) : 'Message'}
      below={
        message && (
          <>
            {message.templateName ?? message.templateId} to <Go to={`/people/${message.profileId}`}>{callOf(message)}</Go>
            {message.address && <span className="dim"> at {message.address}</span>}
            {message.journeyId && message.runId && (
              <>
                {' · '}
                <Go to={`/journeys/${message.journeyId}/runs/${message.runId}`}>their passage through the journey</Go>
              </>
            )}
          </>
        )
      }
    >
      <Await of={found}>
        {(answer) => {
          const content = contentOf(answer)
          return (
            <div className="cols side-right">
              <Block title="What they got">
                {content ? (
                  <Rendered of={content} channel={answer.message.channel} />
                ) : (
                  <p className="dim">Nothing was rendered: it did not get that far.</p>
                )}
              </Block>
              <Block title="What happened">
                <Course of={answer.message} />
              </Block>
            </div>
          )
        }}
      </Await>
    </Page>
  )
}
