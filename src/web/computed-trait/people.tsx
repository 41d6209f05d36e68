import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { callOf } from '../parts/words.ts'
import type { About, Valued } from './wire.ts'
import { pageOf, short, valueWords } from './words.ts'

const Rows = ({ of, about }: { readonly of: readonly Valued[]; readonly about: About }) => (
  <table className="rows">
    <tbody>
      {of.map((one) => (
        <tr key={one.profileId}>
          <td className="main">
            <Go to={pageOf(about, one.profileId)} className="name">
              {callOf(one)}
            </Go>
            {one.name && <div className="sub">{one.email}</div>}
          </td>
          <td className="value">{valueWords(one.value)}</td>
          <td className="num soft">
            changed <Ago at={one.changedAt} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What the list is narrowed to, in words; by a press it is not. */
const Narrowed = () => {
  const [value, setValue] = useSearchWord('value')
  const [from, setFrom] = useSearchWord('from')
  const [below, setBelow] = useSearchWord('below')
  if (!value && !from && !below) return null
  const range = [from && `from ${short(Number(from))}`, below && `below ${short(Number(below))}`].filter(Boolean).join(', ')
  const clear = (): void => {
    setValue('')
    setFrom('')
    setBelow('')
  }
  return (
    <button type="button" className="chip" aria-pressed="true" onClick={clear} title="Show everybody">
      {value ? valueWords(parsed(value)) : range} <Icon name="close" size={13} />
    </button>
  )
}

/** Who has a value and which, by search, by value and by cursor. */
export const People = ({ trait, about }: { readonly trait: string; readonly about: About }) => {
  const [search, setSearch] = useSearchWord('search')
  const [value] = useSearchWord('value')
  const [from] = useSearchWord('from')
  const [below] = useSearchWord('below')
  const [wanted] = useDebouncedValue(search, 250)
  const list = useList<Valued>(`/computed-traits/${trait}/values`, 'values', {
    params: { search: wanted, count: 25, value, from, below },
    whileEmpty: 2_000,
  })
  return (
    <>
      <div className="filters pad">
        <TextInput
          className="search"
          placeholder="Name or identifier"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          aria-label="Search who has it"
        />
        <Narrowed />
      </div>
      {list.error && !list.items && <Failing error={list.error} again={list.again} />}
      {!list.items && !list.error && <Loading />}
      {list.items?.length === 0 && (
        <Empty icon="people" title={search || value || from ? 'Nobody has that' : 'Nobody has a value'}>
          Values appear by themselves as soon as somebody does what the sentence says.
        </Empty>
      )}
      {list.items && <Rows of={list.items} about={about} />}
      <More more={list.more} busy={list.loadingMore} />
    </>
  )
}
