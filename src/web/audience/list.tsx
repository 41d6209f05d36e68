import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useList } from '../api.ts'
import { Delta, More } from '../parts/figures.tsx'
import { Go, useGo, useSearchWord } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { healthOf, many, number } from '../parts/words.ts'
import type { Audience } from '../wire.ts'
import { FolderChips, FolderHead, MoveBar, ROOT, useFolders } from './folders.tsx'

const factOf = (audiences: readonly Audience[] | undefined, total: number | undefined): string => {
  if (!audiences) return 'Audiences'
  if (audiences.length === 0) return 'No audience yet.'
  const moved = audiences.reduce((sum, a) => sum + (a.changes24h?.entered ?? 0) + (a.changes24h?.exited ?? 0), 0)
  const health = healthOf(audiences, 'evaluated')
  return `${many(total ?? audiences.length, 'audience')}, ${many(moved, 'change')} in 24 hours; ${health}.`
}

type Ticking = { readonly ticked: readonly string[]; readonly tick: (ids: readonly string[]) => void }

const Row = ({ of, ticked, tick }: { readonly of: Audience } & Ticking) => (
  <tr>
    <td className="tick">
      <input
        type="checkbox"
        aria-label={`Choose ${of.name}`}
        checked={ticked.includes(of.id)}
        onChange={() => tick(ticked.includes(of.id) ? ticked.filter((id) => id !== of.id) : [...ticked, of.id])}
      />
    </td>
    <td className="main">
      <div className="row">
        <Go to={`/audiences/${of.id}`} className="name">
          {of.name}
        </Go>
        {of.status.toLowerCase() !== 'live' && <Status of={of.status} title={of.reason ?? undefined} />}
      </div>
      <div className="sub">{of.sentence || of.description}</div>
    </td>
    <td className="num" data-label={of.audienceType === 'ACCOUNTS' ? 'accounts' : 'people'}>
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

const isIn = (audience: Audience, folder: string): boolean =>
  folder === '' || (folder === ROOT ? !audience.folderId : audience.folderId === folder)

const List = ({ of, ticked, tick }: { readonly of: readonly Audience[] } & Ticking) => (
  <table className="rows">
    <thead>
      <tr>
        <th className="tick">
          <input
            type="checkbox"
            aria-label="Choose all"
            checked={of.every(({ id }) => ticked.includes(id))}
            onChange={(event) => tick(event.currentTarget.checked ? of.map(({ id }) => id) : [])}
          />
        </th>
        <th>Audience</th>
        <th className="num">People</th>
        <th className="num">24 hours</th>
        <th className="num">Fresh</th>
      </tr>
    </thead>
    <tbody>
      {of.map((audience) => (
        <Row key={audience.id} of={audience} ticked={ticked} tick={tick} />
      ))}
    </tbody>
  </table>
)

const nothing = (search: string, folder: string): string => {
  if (search) return `No audience mentions “${search}”${folder ? ' here' : ''}`
  return folder ? 'Nothing is in this folder' : 'No audience yet'
}

/** Every audience, by folder: what it says, how many it holds, who moved, how fresh it is. Search finds what an audience mentions, too. */
export default function AudienceList() {
  const [search, setSearch] = useSearchWord('search')
  const [folder, setFolder] = useSearchWord('folder')
  const [chosen, tick] = useState<readonly string[]>([])
  const list = useList<Audience>('/audiences', 'audiences', { every: 5_000, params: { count: 200 } })
  const folders = useFolders()
  const go = useGo()
  const shown = list.items?.filter((audience) => isIn(audience, folder) && mentions(audience, search))
  // What is out of sight is not moved along.
  const ticked = chosen.filter((id) => shown?.some((each) => each.id === id))
  const open = folders.find(({ id }) => id === folder)
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
        <FolderChips folders={folders} audiences={list.items ?? []} chosen={folder} choose={setFolder} />
      </div>
      {open && <FolderHead key={open.id} of={open} left={() => setFolder('')} />}
      <Block flush>
        {ticked.length > 0 && <MoveBar ids={ticked} folders={folders} done={() => tick([])} />}
        {list.error && !list.items && <Failing error={list.error} again={list.again} />}
        {!list.error && !list.items && <Loading />}
        {shown?.length === 0 && (
          <Empty icon="audiences" title={nothing(search, folder)} action={create}>
            {folder
              ? 'Tick audiences in the list and move them here.'
              : 'An audience is a sentence about people, such as “did Order Completed at least twice”, kept true by itself.'}
          </Empty>
        )}
        {shown && shown.length > 0 && <List of={shown} ticked={ticked} tick={tick} />}
        <More more={list.more} busy={list.loadingMore} />
      </Block>
    </Page>
  )
}
