import { Button } from '@mantine/core'
import { useRef } from 'react'
import { useGet } from '../api.ts'
import { Delta, Figure } from '../parts/figures.tsx'
import { Go, useGo } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { many, number } from '../parts/words.ts'
import type { Overview as Facts } from '../wire.ts'

/** Keeps the order in which things were first shown: a list must not jump under the pointer. */
const useSteady = <T extends { readonly id: string }>(items: readonly T[]): readonly T[] => {
  const order = useRef<string[]>([])
  for (const item of items) if (!order.current.includes(item.id)) order.current.push(item.id)
  return items.toSorted((a, b) => order.current.indexOf(a.id) - order.current.indexOf(b.id))
}

const Hero = ({ facts }: { readonly facts: Facts }) => (
  <div className="hero">
    <Go to="/people">
      <b>{number(facts.profiles)}</b>
      <span>people</span>
    </Go>
    <Go to="/sources">
      <b>{number(facts.events.total)}</b>
      <span>events, {number(facts.events.last24h)} in 24 h</span>
    </Go>
    <Go to="/journeys">
      <b>{number(facts.journeys.reduce((sum, j) => sum + j.active + j.held, 0))}</b>
      <span>journey runs in flight</span>
    </Go>
    <Go to="/messages?status=sent">
      <b>{number(facts.messages.sent)}</b>
      <span>messages sent in 24 h</span>
    </Go>
  </div>
)

const Attention = ({ of }: { readonly of: Facts['attention'] }) =>
  of.length === 0 ? null : (
    <section className="block attention" aria-label="Needs you">
      <div className="block-head">
        <h2>Needs you</h2>
      </div>
      <ul className="list">
        {of.map((one) => (
          <li key={one.title}>
            <div className="grow">
              <Go to={one.link}>{one.title}</Go>
              <div className="soft small">{one.detail}</div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )

const Audiences = ({ of }: { readonly of: Facts['audiences'] }) => {
  const go = useGo()
  const steady = useSteady(of)
  if (of.length === 0)
    return (
      <Empty
        icon="audiences"
        title="No audience yet"
        action={<Button onClick={() => go('/audiences/new')}>Make an audience</Button>}
      >
        An audience is a sentence about people, kept true by itself.
      </Empty>
    )
  return (
    <ul className="list">
      {steady.slice(0, 8).map((audience) => (
        <li key={audience.id}>
          <Go to={`/audiences/${audience.id}`} className="grow clip">
            {audience.name}
          </Go>
          {audience.status.toLowerCase() !== 'live' && <Status of={audience.status} title={audience.reason ?? undefined} />}
          <Go to={`/audiences/${audience.id}?tab=changes`} title="in 24 hours">
            <Delta entered={audience.entered24h} exited={audience.exited24h} />
          </Go>
          <Go to={`/audiences/${audience.id}?tab=members`}>
            <b>{number(audience.count)}</b>
          </Go>
        </li>
      ))}
    </ul>
  )
}

const Journeys = ({ of }: { readonly of: Facts['journeys'] }) => {
  const steady = useSteady(of)
  if (of.length === 0)
    return (
      <Empty icon="journeys" title="No journey yet">
        A journey walks people through waits, splits and messages. The API and the CLI make them.
      </Empty>
    )
  return (
    <ul className="list">
      {steady.slice(0, 8).map((journey) => (
        <li key={journey.id}>
          <Go to={`/journeys/${journey.id}`} className="grow clip">
            {journey.name}
          </Go>
          <Status of={journey.status} />
          <span className="soft nowrap">{number(journey.entered24h)} entered</span>
          <Go to={`/journeys/${journey.id}`} className="nowrap">
            <b>{number(journey.active + journey.held)}</b> <span className="soft">in it</span>
          </Go>
        </li>
      ))}
    </ul>
  )
}

const STATES = [
  ['sent', 'sent', 'tone-good'],
  ['queued', 'queued', 'tone-busy'],
  ['skipped', 'skipped', 'tone-warn'],
  ['failed', 'failed', 'tone-bad'],
  ['uncertain', 'uncertain', 'tone-bad'],
] as const

const Messages = ({ of }: { readonly of: Facts['messages'] }) => {
  const all = STATES.reduce((sum, [state]) => sum + of[state], 0)
  if (all === 0)
    return (
      <Empty icon="messages" title="No message in 24 hours">
        Messages appear here the moment a journey sends one.
      </Empty>
    )
  return (
    <>
      <div className="bar" role="img" aria-label={STATES.map(([state, label]) => `${of[state]} ${label}`).join(', ')}>
        {STATES.map(([state, , tone]) =>
          of[state] > 0 ? <i key={state} className={tone} style={{ flexGrow: of[state] }} /> : null,
        )}
      </div>
      <div className="figures">
        {STATES.map(([state, label, tone]) => (
          <Figure key={state} of={of[state]} label={label} to={`/messages?status=${state}`} tone={tone} />
        ))}
      </div>
    </>
  )
}

/** The first screen: today in one sentence, what needs a person, and everything that moves. */
export const Overview = () => {
  const overview = useGet<Facts>('/overview')
  const go = useGo()
  return (
    <Page
      title="Overview"
      tab="Overview"
      fact={overview.data?.sentence ?? 'Today…'}
      actions={<Button onClick={() => go('/audiences/new')}>New audience</Button>}
    >
      <Await of={overview}>
        {(facts) => (
          <>
            <Attention of={facts.attention} />
            <Hero facts={facts} />
            <div className="cols">
              <Block title="Audiences by change" aside={many(facts.audiences.length, 'audience')}>
                <Audiences of={facts.audiences} />
              </Block>
              <div className="stack">
                <Block title="Messages by state" aside="24 hours">
                  <Messages of={facts.messages} />
                </Block>
                <Block title="Journeys by activity">
                  <Journeys of={facts.journeys} />
                </Block>
              </div>
            </div>
          </>
        )}
      </Await>
    </Page>
  )
}
