import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { brief, callOf, human } from '../parts/words.ts'
import type { Member, MemberChange } from '../wire.ts'

const NAMES = new Set(['name', 'email', 'firstName', 'lastName', 'first_name', 'last_name', 'phone'])

const glance = (member: Member): string =>
  Object.entries(member.traits ?? {})
    .filter(([key, value]) => !NAMES.has(key) && value !== null && typeof value !== 'object')
    .slice(0, 3)
    .map(([key, value]) => `${human(key)} ${brief(value)}`)
    .join(' · ')

/** One person of a list: name, address, a few traits. */
export const PersonCell = ({ of, place = '/people' }: { readonly of: Member; readonly place?: string }) => (
  <>
    <Go to={`${place}/${of.profileId}`} className="name">
      {callOf(of)}
    </Go>
    <div className="sub">{[of.name ? of.email : undefined, glance(of)].filter(Boolean).join(' · ')}</div>
  </>
)

type Listing = { readonly audience: string; readonly place: string }

const nobody = (search: string, place: string): string => {
  if (search) return `Nobody here is called “${search}”`
  return place === '/accounts' ? 'No account is in this audience' : 'Nobody is in this audience'
}

/** Who is in now, by search and cursor; each person opens a timeline, and why they are here. */
export const Members = ({ audience, place }: Listing) => {
  const [search, setSearch] = useSearchWord('search')
  const [wanted] = useDebouncedValue(search, 250)
  const list = useList<Member>(`/audiences/${audience}/members`, 'members', {
    params: { search: wanted, count: 25 },
    whileEmpty: 2_000,
  })
  return (
    <>
      <div className="filters pad">
        <TextInput
          className="search"
          placeholder="Name or email"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          aria-label="Search members"
        />
        <Button variant="subtle" size="xs" onClick={list.again}>
          Refresh
        </Button>
      </div>
      {list.error && !list.items && <Failing error={list.error} again={list.again} />}
      {!list.items && !list.error && <Loading />}
      {list.items?.length === 0 && (
        <Empty icon="people" title={nobody(search, place)}>
          {place === '/accounts' ? 'Accounts' : 'People'} enter by themselves as soon as the condition is true of them.
        </Empty>
      )}
      <table className="rows">
        <tbody>
          {list.items?.map((member) => (
            <tr key={member.profileId}>
              <td className="main">
                <PersonCell of={member} place={place} />
              </td>
              <td className="num soft">
                entered <Ago at={member.enteredAt} />
              </td>
              <td className="num">
                <Go to={`/audiences/${audience}?tab=test&person=${member.profileId}`} className="accent small">
                  Why?
                </Go>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <More more={list.more} busy={list.loadingMore} />
    </>
  )
}

/** Who entered and exited, newest first. What is new waits behind a pill, so that the list stands still. */
export const Changes = ({ audience, place }: Listing) => {
  const list = useList<MemberChange>(`/audiences/${audience}/changes`, 'changes', { params: { count: 30 }, every: 5_000 })
  const [since, setSince] = useState<string>()
  const newest = list.items?.[0]?.changedAt
  const from = since ?? newest
  const waiting = from ? (list.items ?? []).filter((change) => change.changedAt > from).length : 0
  if (since === undefined && newest !== undefined) setSince(newest)
  if (list.error && !list.items) return <Failing error={list.error} again={list.again} />
  if (!list.items) return <Loading />
  if (list.items.length === 0)
    return (
      <Empty icon="audiences" title="No change yet">
        Whoever enters or exits from now on is listed here.
      </Empty>
    )
  return (
    <>
      {waiting > 0 && (
        <button type="button" className="more" onClick={() => setSince(newest)}>
          {waiting} new
        </button>
      )}
      <table className="rows">
        <tbody>
          {list.items
            .filter((change) => from === undefined || change.changedAt <= from)
            .map((change) => (
              <tr key={change.profileId + change.changedAt + change.change}>
                <td className="main">
                  <Go to={`${place}/${change.profileId}`} className="name">
                    {callOf(change)}
                  </Go>{' '}
                  <span className={change.change === 'entered' ? 'tone-good' : 'tone-warn'}>{change.change}</span>
                </td>
                <td className="num soft">
                  <Ago at={change.changedAt} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      <More more={list.more} busy={list.loadingMore} />
    </>
  )
}
