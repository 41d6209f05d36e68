import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { callAccount } from '../account/wire.ts'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { Channel, Status } from '../parts/status.tsx'
import { Ago, useNow } from '../parts/time.tsx'
import { ago, human, many } from '../parts/words.ts'
import type { Profile } from '../wire.ts'
import { Erasing } from './erasing.tsx'
import { Identity } from './identity.tsx'
import { Audiences } from './known.tsx'
import { nameOf } from './name.ts'
import { PrivacyMenu, SuppressedPerson } from './privacy.tsx'
import { Timeline } from './timeline.tsx'
import { Traits } from './traits.tsx'

const Fact = ({ of }: { readonly of: Profile }) => {
  const now = useNow()
  const seen = of.lastSeenAt ? `seen ${ago(of.lastSeenAt, now)}` : 'not seen yet'
  const subscribed = of.subscriptions.filter((one) => one.status === 'subscribed').length
  return (
    <>
      {nameOf(of)}: {seen}, in {many(of.audiences.length, 'audience')}, subscribed on {many(subscribed, 'address', 'addresses')}.
    </>
  )
}

const MEANS: Readonly<Record<string, string>> = {
  subscribed: 'Gets marketing on this address.',
  unsubscribed: 'Gets no marketing on this address, whatever a journey says.',
  'did-not-subscribe': 'Was asked and did not subscribe: gets no marketing here.',
}

const Header = ({ of }: { readonly of: Profile }) => (
  <div className="stack tight">
    <div className="row wrap mono dim">
      {Object.entries(of.identifiers).flatMap(([type, values]) =>
        values.slice(0, 3).map((value) => (
          <span key={type + value}>
            {type} <span className="ink">{value}</span>
          </span>
        )),
      )}
    </div>
    <div className="row wrap">
      {of.subscriptions.map((one) => (
        <span key={one.channel + one.address} className="chip" title={`${one.address}: ${MEANS[one.status] ?? one.status}`}>
          <Channel of={one.channel} /> <Status of={one.status} />
        </span>
      ))}
      {of.subscriptions.length === 0 && <span className="dim">No subscription is known: no marketing goes out to them.</span>}
    </div>
  </div>
)

const Suppressed = ({ of, again }: { readonly of: Profile; readonly again: () => void }) => {
  const api = useApi()
  const [problem, setProblem] = useState<ApiFailure>()
  const letOff = (channel: string, address: string): Promise<void> =>
    api
      .call('DELETE', `/suppressions/${channel}/${encodeURIComponent(address)}`)
      .then(again)
      .catch(setProblem)
  return of.suppressions && of.suppressions.length > 0 ? (
    <section className="block attention" aria-label="Suppressed addresses">
      <div className="block-head">
        <h2>Nothing goes to {many(of.suppressions.length, 'address', 'addresses')} of theirs</h2>
      </div>
      {problem && <Failing error={problem} />}
      <ul className="list">
        {of.suppressions.map((one) => (
          <li key={one.channel + one.address}>
            <div className="grow">
              <span className="mono">{one.address}</span> is suppressed on {human(one.channel.toLowerCase())} since{' '}
              <Ago at={one.suppressedAt} />.
              <div className="soft small">
                {one.sentence} <Go to={`/messages/${one.messageId}`}>The message whose fate it was</Go>
              </div>
            </div>
            <button
              type="button"
              className="link-button"
              title="Messages go to it again as its subscription says"
              onClick={() => void letOff(one.channel, one.address)}
            >
              Take off the list
            </button>
          </li>
        ))}
      </ul>
    </section>
  ) : null
}

const Accounts = ({ of }: { readonly of: Profile }) =>
  of.accounts && of.accounts.length > 0 ? (
    <Block title="Belongs to" aside={of.accounts.length}>
      <ul className="list">
        {of.accounts.map((account) => (
          <li key={account.id}>
            <Go to={`/accounts/${account.id}`} className="grow">
              {callAccount(account)}
            </Go>
            <span className="dim small">account</span>
          </li>
        ))}
      </ul>
    </Block>
  ) : null

/** One person: who they are, how they may be reached, everything that happened, and what is known. */
export default function PersonPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const [regulation, erasing] = useSearchWord('erasing')
  return regulation ? <Erasing regulation={regulation} /> : <Known id={id} erasing={erasing} />
}

const Known = ({ id, erasing }: { readonly id: string; readonly erasing: (regulation: string) => void }) => {
  const found = useGet<{ profile: Profile }>(`/profiles/${encodeURIComponent(id)}`, { every: 5_000 })
  const profile = found.data?.profile
  return (
    <Page
      title={
        <Trail to="/people" of="People">
          {profile && <strong>{nameOf(profile)}</strong>}
        </Trail>
      }
      tab={profile ? nameOf(profile) : 'Person'}
      fact={profile ? <Fact of={profile} /> : 'Person'}
      below={profile && <Header of={profile} />}
      actions={profile && <PrivacyMenu of={profile} erasing={erasing} />}
    >
      <Await of={found}>
        {({ profile: person }) => (
          <div className="cols side-right">
            <div className="stack">
              <SuppressedPerson of={person} again={() => void found.refetch()} />
              <Suppressed of={person} again={() => void found.refetch()} />
              <Block>
                <Timeline profile={person.id} />
              </Block>
            </div>
            <div className="stack">
              <Accounts of={person} />
              <Audiences of={person} />
              <Traits of={person.traits} computed={person.computedTraits} />
              <Identity id={person.id} />
            </div>
          </div>
        )}
      </Await>
    </Page>
  )
}
