import { Button } from '@mantine/core'
import { useApi, useGet } from '../api.ts'
import { Block, Page } from '../parts/page.tsx'
import '../parts/parts.css'
import { SETTINGS, Siblings } from '../parts/siblings.tsx'
import { Await } from '../parts/state.tsx'
import { Channel } from '../parts/status.tsx'
import { Tokens } from '../token/tokens.tsx'

type Group = { readonly id: string; readonly name: string; readonly description?: string }
type Account = {
  readonly id: string
  readonly channel: string
  readonly kind: string
  readonly name?: string
  readonly ratePerSecond?: number
}

const signOut = (): void => {
  localStorage.removeItem('usher.token')
  window.location.assign('/')
}

const Accounts = () => {
  const accounts = useGet<{ providerAccounts: readonly Account[] }>('/provider-accounts')
  return (
    <Await of={accounts} lines={3}>
      {({ providerAccounts = [] }) => (
        <ul className="list">
          {providerAccounts.map((account) => (
            <li key={account.id}>
              <Channel of={account.channel} />
              <span className="grow">by {account.name ?? account.kind}</span>
              {account.ratePerSecond && <span className="dim">up to {account.ratePerSecond} a second</span>}
            </li>
          ))}
          {providerAccounts.length === 0 && <li className="dim">No provider yet: nothing can be sent.</li>}
        </ul>
      )}
    </Await>
  )
}

const Groups = () => {
  const groups = useGet<{ subscriptionGroups: readonly Group[] }>('/subscription-groups')
  return (
    <Await of={groups} lines={2}>
      {({ subscriptionGroups = [] }) => (
        <ul className="list">
          {subscriptionGroups.map((group) => (
            <li key={group.id}>
              <span className="grow">
                {group.name}
                {group.description && <div className="dim small">{group.description}</div>}
              </span>
            </li>
          ))}
          {subscriptionGroups.length === 0 && <li className="dim">No group: people subscribe to everything or nothing.</li>}
        </ul>
      )}
    </Await>
  )
}

const Space = () => {
  const { session } = useApi()
  return (
    <>
      <dl className="pairs">
        <dt>Name</dt>
        <dd>{session.spaceName}</dd>
        <dt>Id</dt>
        <dd className="mono">{session.spaceId}</dd>
        <dt>API</dt>
        <dd>
          <a href="/reference" className="accent">
            reference
          </a>
        </dd>
      </dl>
      {!session.development && (
        <Button variant="default" mt={14} onClick={signOut}>
          Sign out
        </Button>
      )}
    </>
  )
}

/** Who carries messages, which topics people may subscribe to, the keys to the API, and who is signed in. */
export default function Settings() {
  const { session } = useApi()
  return (
    <Page title="Settings" tab="Settings" fact={`${session.spaceName}${session.development ? ', in development.' : '.'}`}>
      <div className="filters">
        <Siblings of={SETTINGS} />
      </div>
      <div className="cols">
        <Block title="Who carries messages">
          <Accounts />
        </Block>
        <div className="stack">
          <Tokens />
          <Block title="Subscription groups">
            <Groups />
          </Block>
          <Block title="Space">
            <Space />
          </Block>
        </div>
      </div>
    </Page>
  )
}
