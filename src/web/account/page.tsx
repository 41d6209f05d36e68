import { useParams } from '@tanstack/react-router'
import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { callOf, many } from '../parts/words.ts'
import { Audiences } from '../profile/known.tsx'
import { Traits } from '../profile/traits.tsx'
import { type Account, callAccount } from './wire.ts'

const People = ({ of }: { readonly of: Account }) =>
  of.linked.length === 0 ? (
    <Empty icon="people" title="Nobody belongs to it yet">
      A person is linked by a group call that names both.
    </Empty>
  ) : (
    <>
      <table className="rows">
        <tbody>
          {of.linked.map((person) => (
            <tr key={person.id}>
              <td className="main">
                <Go to={`/people/${person.id}`} className="name">
                  {callOf(person)}
                </Go>
                {person.name && <div className="sub">{person.email}</div>}
              </td>
              <td className="num soft" data-label="last seen">
                <Ago at={person.lastSeenAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {of.people > of.linked.length && <p className="dim pad">The {of.linked.length} who were linked last.</p>}
    </>
  )

/** One account: what is known of it, who belongs to it, which audiences it is in. */
export default function AccountPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useGet<{ account: Account }>(`/accounts/${encodeURIComponent(id)}`, { every: 5_000 })
  const account = found.data?.account
  const name = account && callAccount(account)
  return (
    <Page
      title={
        <Trail to="/accounts" of="Accounts">
          {name && <strong>{name}</strong>}
        </Trail>
      }
      tab={name ?? 'Account'}
      fact={
        account
          ? `${name}: ${many(account.people, 'person', 'people')}, in ${many(account.audiences.length, 'audience')}.`
          : 'Account'
      }
      below={account && <span className="mono">group_id {account.identifiers['group_id']?.join(', ')}</span>}
    >
      <Await of={found}>
        {({ account: whole }) => (
          <div className="cols side-right">
            <Block title="People" flush>
              <People of={whole} />
            </Block>
            <div className="stack">
              <Audiences of={whole} />
              <Traits of={whole.traits} computed={whole.computedTraits} />
            </div>
          </div>
        )}
      </Await>
    </Page>
  )
}
