import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useGet, useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import '../parts/parts.css'
import { PROFILES, Siblings } from '../parts/siblings.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { callOf, many } from '../parts/words.ts'
import type { Overview, Person } from '../wire.ts'

const Row = ({ of }: { readonly of: Person }) => {
  const [type, values] = Object.entries(of.identifiers ?? {}).find(([kind]) => kind !== 'email') ?? []
  return (
    <tr>
      <td className="main">
        <Go to={`/people/${of.id}`} className="name">
          {callOf(of)}
        </Go>
        {of.name && of.email && <div className="sub">{of.email}</div>}
      </td>
      <td className="soft mono">{values?.[0] ? `${type} ${values[0]}` : ''}</td>
      <td className="num soft" data-label="last seen">
        <Ago at={of.lastSeenAt} />
      </td>
    </tr>
  )
}

/** Everybody the space knows, by name, address or identifier. */
export default function PeopleList() {
  const [search, setSearch] = useSearchWord('search')
  const [wanted] = useDebouncedValue(search, 250)
  const list = useList<Person>('/profiles', 'profiles', { params: { search: wanted, count: 30 } })
  const overview = useGet<Overview>('/overview')
  const fact = overview.data
    ? `${many(overview.data.profiles, 'person', 'people')}; ${many(overview.data.events.last24h, 'event')} of theirs in 24 hours.`
    : 'People'
  return (
    <Page title="People" tab="People" fact={fact}>
      <div className="filters">
        <Siblings of={PROFILES} />
        <TextInput
          className="search"
          placeholder="Name, email, phone, user id"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          aria-label="Search people"
        />
      </div>
      <Block flush>
        {list.error && !list.items && <Failing error={list.error} again={list.again} />}
        {!list.error && !list.items && <Loading lines={8} />}
        {list.items?.length === 0 && (
          <Empty
            icon="people"
            title={search ? `Nobody is called “${search}”` : 'Nobody yet'}
            action={search ? undefined : <Go to="/imports">Import people</Go>}
          >
            {search
              ? 'Try the beginning of a name, a whole email, or a user id.'
              : 'People appear with their first event, or from a file.'}
          </Empty>
        )}
        {list.items && list.items.length > 0 && (
          <table className="rows">
            <thead>
              <tr>
                <th>Person</th>
                <th>Identifier</th>
                <th className="num">Last seen</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((person) => (
                <Row key={person.id} of={person} />
              ))}
            </tbody>
          </table>
        )}
        <More more={list.more} busy={list.loadingMore} />
      </Block>
    </Page>
  )
}
