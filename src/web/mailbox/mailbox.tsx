import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { type ApiFailure, useApi } from '../api.ts'
import { Rendered } from '../message/content.tsx'
import { useSearchWord } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Channel } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { instant, many } from '../parts/words.ts'
import type { Content } from '../wire.ts'

/** What the development mailbox caught, whatever way it came. */
type Caught = {
  readonly id: string
  readonly channel: string
  readonly to: string
  readonly from: string
  readonly title: string
  readonly text: string
  readonly html?: string
  readonly receivedAt: string
}
type Inbox = { readonly messages: readonly Caught[]; readonly counts: { readonly total: number } }

const useInbox = () => {
  const api = useApi()
  return useQuery<Inbox, ApiFailure>({
    queryKey: ['mailbox'],
    queryFn: async () => (await api.get<{ data: Inbox }>('/mailbox/messages')).data,
    refetchInterval: 2_000,
  })
}

const useOne = (id: string) => {
  const api = useApi()
  return useQuery<Caught, ApiFailure>({
    queryKey: ['mailbox', id],
    queryFn: async () => (await api.get<{ data: { message: Caught } }>(`/mailbox/messages/${id}`)).data.message,
  })
}

const contentOf = ({ title, text, html }: Caught): Content => ({ subject: title, title, body: text, text, html: html ?? null })

const Item = ({ of, open, choose }: { readonly of: Caught; readonly open: boolean; readonly choose: () => void }) => (
  <button type="button" className="mail-item" aria-current={open} onClick={choose}>
    <span className="row between">
      <Channel of={of.channel} />
      <span className="dim small">
        <Ago at={of.receivedAt} />
      </span>
    </span>
    <strong className="clip">{of.title || of.text || '(empty)'}</strong>
    <span className="dim clip small">{of.to}</span>
  </button>
)

const Opened = ({ of }: { readonly of: Caught }) => {
  const whole = useOne(of.id)
  const content = whole.data ?? of
  return (
    <article className="mail-open">
      <div className="small soft">
        {content.from && <>From {content.from} · </>}to <strong>{content.to}</strong> · {instant(content.receivedAt)}
      </div>
      <Rendered of={contentOf(content)} channel={content.channel} />
    </article>
  )
}

/** The development mailbox: what each person would have got. Nothing leaves this machine. */
export default function Mailbox() {
  const caught = useInbox()
  const [chosen, choose] = useSearchWord('message')
  // What is read stays open when something newer arrives.
  const first = useRef<string>(undefined)
  first.current ??= caught.data?.messages[0]?.id
  const open = caught.data?.messages.find((one) => one.id === (chosen || first.current))
  return (
    <Page
      title="Mailbox"
      tab="Mailbox"
      fact={
        caught.data
          ? `${many(caught.data.counts.total, 'message')} caught here; nothing leaves this machine.`
          : 'What people would have got'
      }
    >
      <Block flush>
        <Await of={caught} lines={6}>
          {({ messages: all }) =>
            all.length === 0 ? (
              <Empty icon="mailbox" title="Nothing sent yet">
                In development every email, SMS and push ends here. The first arrives when somebody reaches a send step.
              </Empty>
            ) : (
              <div className="mail">
                <div className="mail-list">
                  {all.slice(0, 300).map((one) => (
                    <Item key={one.id} of={one} open={one.id === open?.id} choose={() => choose(one.id)} />
                  ))}
                </div>
                {open && <Opened key={open.id} of={open} />}
              </div>
            )
          }
        </Await>
      </Block>
    </Page>
  )
}
