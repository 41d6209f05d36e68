import { Button, TextInput } from '@mantine/core'
import { useGet, useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go, useGo, useSearchWord } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import '../parts/parts.css'
import { Siblings, TRAITS } from '../parts/siblings.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { healthOf, many, number } from '../parts/words.ts'
import type { ComputedTrait, TraitFigures } from './wire.ts'
import { kindOf, valueWords } from './words.ts'

const factOf = (
  traits: readonly ComputedTrait[] | undefined,
  total: number | undefined,
  figures: readonly TraitFigures[],
): string => {
  if (!traits) return 'Computed traits'
  if (traits.length === 0) return 'No computed trait yet.'
  const drifted = figures.filter(({ drift }) => (drift ?? 0) > 0).length
  const health = healthOf(traits, 'computed')
  const drift = drifted > 0 ? `; values of ${number(drifted)} were found to be other than they were kept` : ''
  return `${many(total ?? traits.length, 'computed trait')}; ${health}${drift}.`
}

const People = ({ of }: { readonly of: TraitFigures | undefined }) =>
  of ? (
    <b>
      {number(of.people)}
      {of.more && '+'}
    </b>
  ) : (
    <span className="dim">…</span>
  )

const Drift = ({ of }: { readonly of: TraitFigures | undefined }) => {
  if (of?.drift === undefined) return <span className="dim">–</span>
  return of.drift === 0 ? <span className="tone-good">none</span> : <span className="tone-bad">{number(of.drift)}</span>
}

const Row = ({ of, figures }: { readonly of: ComputedTrait; readonly figures: TraitFigures | undefined }) => (
  <tr>
    <td className="main">
      <div className="row wrap tight">
        <Go to={`/computed-traits/${of.id}`} className="name">
          {of.name}
        </Go>
        {of.status.toLowerCase() !== 'live' && <Status of={of.status} title={of.reason} />}
      </div>
      <div className="sub">{of.sentence}</div>
    </td>
    <td className="soft nowrap">
      {kindOf(of)}
      {of.definition.type === 'ACCOUNTS' && ' of accounts'}
    </td>
    <td className="num" data-label={of.definition.type === 'ACCOUNTS' ? 'accounts' : 'people'}>
      <Go to={`/computed-traits/${of.id}`}>
        <People of={figures} />
      </Go>
    </td>
    <td className="soft sample" title="A value">
      {figures?.example === null || figures?.example === undefined ? '' : valueWords(figures.example)}
    </td>
    <td className="num soft" data-label="used by">
      {figures ? number(figures.usedBy.length) : '…'}
    </td>
    <td className="num" data-label="drift">
      <Drift of={figures} />
    </td>
    <td className="num soft">
      <Ago at={of.evaluatedAt} />
    </td>
  </tr>
)

const Table = ({ of, figures }: { readonly of: readonly ComputedTrait[]; readonly figures: readonly TraitFigures[] }) => (
  <table className="rows">
    <thead>
      <tr>
        <th>Trait</th>
        <th>Kind</th>
        <th className="num">Have it</th>
        <th>A value</th>
        <th className="num">Used by</th>
        <th className="num" title="Values that the last full computation found to be other than they were kept">
          Drift
        </th>
        <th className="num">Fresh</th>
      </tr>
    </thead>
    <tbody>
      {of.map((trait) => (
        <Row key={trait.id} of={trait} figures={figures.find(({ id }) => id === trait.id)} />
      ))}
    </tbody>
  </table>
)

const mentions = ({ name, key, sentence, definition }: ComputedTrait, text: string): boolean =>
  `${name} ${key} ${sentence} ${definition.query}`.toLowerCase().includes(text.toLowerCase())

/** Every computed trait: what it says, how many have it, a value, how fresh it is, who uses it. Search finds what a trait mentions, too. */
export default function ComputedTraitList() {
  const [search, setSearch] = useSearchWord('search')
  const list = useList<ComputedTrait>('/computed-traits', 'computedTraits', { every: 5_000, params: { count: 200 } })
  const figures = useGet<{ figures: readonly TraitFigures[] }>('/computed-trait-figures', { every: 15_000 }).data?.figures ?? []
  const go = useGo()
  const shown = list.items?.filter((trait) => mentions(trait, search))
  const create = <Button onClick={() => go('/computed-traits/new')}>New computed trait</Button>
  return (
    <Page title="Traits" tab="Computed traits" fact={factOf(list.items, list.total, figures)} actions={create}>
      <div className="filters">
        <Siblings of={TRAITS} />
        <TextInput
          className="search"
          placeholder="Name, or what it mentions: revenue"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          aria-label="Search computed traits"
        />
      </div>
      <Block flush>
        {list.error && !list.items && <Failing error={list.error} again={list.again} />}
        {!list.error && !list.items && <Loading />}
        {shown?.length === 0 && (
          <Empty icon="trait" title={search ? `No computed trait mentions “${search}”` : 'No computed trait yet'} action={create}>
            A computed trait keeps something about everybody up to date from what they did: how often, how much, what last.
          </Empty>
        )}
        {shown && shown.length > 0 && <Table of={shown} figures={figures} />}
        <More more={list.more} busy={list.loadingMore} />
      </Block>
    </Page>
  )
}
