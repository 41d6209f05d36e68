import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import '../parts/parts.css'
import { PROFILES, Siblings } from '../parts/siblings.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many, number } from '../parts/words.ts'
import { callAccount, type ListedAccount } from './wire.ts'

const Row = ({ of }: { readonly of: ListedAccount }) => (
  <tr>
    <td className="main">
      <Go to={`/accounts/${of.id}`} className="name">
        {callAccount({ id: of.id, identifiers: of.identifiers ?? {}, ...(of.name ? { name: of.name } : {}) })}
      </Go>
    </td>
    <td className="soft mono">{of.identifiers?.['group_id']?.[0]}</td>
    <td className="num" data-label="people">
      <b>{number(of.people)}</b>
    </td>
    <td className="num soft" data-label="known since">
      <Ago at={of.createdAt} />
    </td>
  </tr>
)

const factOf = (accounts: readonly ListedAccount[] | undefined, more: boolean): string => {
  if (!accounts) return 'Accounts'
  if (accounts.length === 0) return 'No account yet.'
  const people = accounts.reduce((sum, account) => sum + account.people, 0)
  return more
    ? `The ${number(accounts.length)} newest accounts, with ${many(people, 'person', 'people')}.`
    : `${many(accounts.length, 'account')}, with ${many(people, 'person', 'people')}.`
}

/** Every account that the space knows, by its group id. */
export default function AccountList() {
  const [search, setSearch] = useSearchWord('search')
  const [wanted] = useDebouncedValue(search, 250)
  const list = useList<ListedAccount>('/accounts', 'accounts', { params: { search: wanted, count: 30 } })
  const none = list.items?.length === 0
  return (
    <Page
      title="Accounts"
      tab="Accounts"
      fact={search ? `Accounts whose group id begins with “${search}”.` : factOf(list.items, list.more !== undefined)}
    >
      <div className="filters">
        <Siblings of={PROFILES} />
        <TextInput
          className="search"
          placeholder="Group id"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          aria-label="Search accounts"
        />
      </div>
      <Block flush>
        {list.error && !list.items && <Failing error={list.error} again={list.again} />}
        {!list.error && !list.items && <Loading lines={8} />}
        {none && (
          <Empty icon="people" title={search ? `No account begins with “${search}”` : 'No account yet'}>
            An account appears with the first group call that names it: analytics.group(‘acme’, …).
          </Empty>
        )}
        {list.items && !none && (
          <table className="rows">
            <thead>
              <tr>
                <th>Account</th>
                <th>Group id</th>
                <th className="num">People</th>
                <th className="num">Known since</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((account) => (
                <Row key={account.id} of={account} />
              ))}
            </tbody>
          </table>
        )}
        <More more={list.more} busy={list.loadingMore} />
      </Block>
    </Page>
  )
}
