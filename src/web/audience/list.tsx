import { Button, TextInput } from '@mantine/core'
import { useList } from '../api.ts'
import { Delta, More } from '../parts/figures.tsx'
import { Go, useGo, useSearchWord } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { many, number } from '../parts/words.ts'
import type { Audience } from '../wire.ts'

const factOf = (audiences: readonly Audience[] | undefined, total: number | undefined): string => {
  if (!audiences) return 'Audiences'
  const moved = audiences.reduce((sum, a) => sum + (a.changes24h?.entered ?? 0) + (a.changes24h?.exited ?? 0), 0)
  const failed = audiences.filter((a) => a.status.toLowerCase() === 'failed').length
  const health = failed > 0 ? `${many(failed, 'audience')} cannot be evaluated` : 'all of them up to date'
  return `${many(total ?? audiences.length, 'audience')}, ${many(moved, 'change')} in 24 hours; ${health}.`
}

const Row = ({ of }: { readonly of: Audience }) => (
  <tr>
    <td className="main">
      <div className="row">
        <Go to={`/audiences/${of.id}`} className="name">
          {of.name}
        </Go>
        {of.status.toLowerCase() !== 'live' && <Status of={of.status} title={of.reason ?? undefined} />}
      </div>
      <div className="sub">{of.sentence || of.description}</div>
    </td>
    <td className="num" data-label="people">
      <Go to={`/audiences/${of.id}?tab=members`}>
        <b>{number(of.size.count)}</b>
      </Go>
    </td>
    <td className="num">
      <Go to={`/audiences/${of.id}?tab=changes`}>
        <Delta entered={of.changes24h?.entered ?? 0} exited={of.changes24h?.exited ?? 0} />
      </Go>
    </td>
    <td className="num soft">
      <Ago at={of.evaluatedAt} />
    </td>
  </tr>
)

const mentions = (audience: Audience, text: string): boolean =>
  `${audience.name} ${audience.key} ${audience.sentence} ${JSON.stringify(audience.definition.condition)}`
    .toLowerCase()
    .includes(text.toLowerCase())

/** Every audience: what it says, how many it holds, who moved, how fresh it is. Search finds what an audience mentions, too. */
export default function AudienceList() {
  const [search, setSearch] = useSearchWord('search')
  const list = useList<Audience>('/audiences', 'audiences', { every: 5_000, params: { count: 200 } })
  const go = useGo()
  const shown = list.items?.filter((audience) => mentions(audience, search))
  const create = <Button onClick={() => go('/audiences/new')}>New audience</Button>
  return (
    <Page title="Audiences" tab="Audiences" fact={factOf(list.items, list.total)} actions={create}>
      <div className="filters">
        <TextInput
          className="search"
          placeholder="Name, or what it mentions: Order Completed"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          aria-label="Search audiences"
        />
      </div>
      <Block flush>
        {list.error && !list.items && <Failing error={list.error} again={list.again} />}
        {!list.error && !list.items && <Loading />}
        {shown?.length === 0 && (
          <Empty icon="audiences" title={search ? `No audience mentions “${search}”` : 'No audience yet'} action={create}>
            An audience is a sentence about people, such as “did Order Completed at least twice”, kept true by itself.
          </Empty>
        )}
        {shown && shown.length > 0 && (
          <table className="rows">
            <thead>
              <tr>
                <th>Audience</th>
                <th className="num">People</th>
                <th className="num">24 hours</th>
                <th className="num">Fresh</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((audience) => (
                <Row key={audience.id} of={audience} />
              ))}
            </tbody>
          </table>
        )}
        <More more={list.more} busy={list.loadingMore} />
      </Block>
    </Page>
  )
}
