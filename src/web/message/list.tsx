import { useGet, useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Channel, Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { callOf, human, many } from '../parts/words.ts'
import type { Message, Overview } from '../wire.ts'

const STATES = ['queued', 'sending', 'sent', 'skipped', 'failed', 'uncertain'] as const

const factOf = (overview: Overview | undefined): string => {
  if (!overview) return 'Messages'
  const { sent, people, skipped, failed } = overview.messages
  return `${many(sent, 'message')} sent to ${many(people, 'person', 'people')} in 24 hours; ${many(skipped, 'was', 'were')} not sent on purpose, ${failed} failed.`
}

const Row = ({ of }: { readonly of: Message }) => (
  <tr>
    <td className="main">
      <div className="row wrap">
        <Channel of={of.channel} />
        <Go to={`/messages/${of.id}`} className="name">
          {of.templateName ?? of.templateId ?? 'Message'}
        </Go>
        <span className="dim">to</span>
        <Go to={`/people/${of.profileId}`}>{callOf(of)}</Go>
      </div>
      <div className="sub">{of.sentence ?? (of.reason ? human(of.reason) : '')}</div>
    </td>
    <td>
      <Status of={of.status} />
    </td>
    <td className="soft clip mono">{of.address ?? ''}</td>
    <td className="num soft">
      <Ago at={of.sentAt ?? of.createdAt} />
    </td>
  </tr>
)

const Narrowed = ({ label, clear }: { readonly label: string; readonly clear: () => void }) => (
  <button type="button" className="chip" aria-pressed="true" onClick={clear}>
    {label} <Icon name="close" size={13} />
  </button>
)

/** The ledger: every message with its state and the reason for it. */
export default function MessageList() {
  const [status, setStatus] = useSearchWord('status')
  const [journey, setJourney] = useSearchWord('journey')
  const [template, setTemplate] = useSearchWord('template')
  const [profile, setProfile] = useSearchWord('profile')
  const overview = useGet<Overview>('/overview')
  const list = useList<Message>('/messages', 'messages', {
    params: { status, journey, template, profile, count: 30 },
    every: 5_000,
  })
  return (
    <Page title="Messages" tab="Messages" fact={factOf(overview.data)}>
      <div className="filters">
        <button type="button" className="chip" aria-pressed={status === ''} onClick={() => setStatus('')}>
          All
        </button>
        {STATES.map((state) => (
          <button key={state} type="button" className="chip" aria-pressed={status === state} onClick={() => setStatus(state)}>
            {state}
          </button>
        ))}
        {journey && <Narrowed label="one journey" clear={() => setJourney('')} />}
        {template && <Narrowed label="one template" clear={() => setTemplate('')} />}
        {profile && <Narrowed label="one person" clear={() => setProfile('')} />}
      </div>
      <Block flush>
        {list.error && !list.items && <Failing error={list.error} again={list.again} />}
        {!list.error && !list.items && <Loading lines={8} />}
        {list.items?.length === 0 && (
          <Empty icon="messages" title={status ? `No message is ${status}` : 'No message yet'}>
            Each message a journey makes is listed here, with the reason why it went out or did not.
          </Empty>
        )}
        {list.items && list.items.length > 0 && (
          <table className="rows">
            <thead>
              <tr>
                <th>Message</th>
                <th>State</th>
                <th>Address</th>
                <th className="num">When</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((message) => (
                <Row key={message.id} of={message} />
              ))}
            </tbody>
          </table>
        )}
        <More more={list.more} busy={list.loadingMore} />
      </Block>
    </Page>
  )
}
