import { useQuery } from '@tanstack/react-query'
import type { Condition } from '../../audience/condition.ts'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { many, number, percent } from '../parts/words.ts'
import type { About, Audience, Identifiers, Overlap } from '../wire.ts'
import './insights.css'

/** How many own an identifier of each type. */
export const IdentifierShares = ({ of }: { readonly of: Identifiers }) =>
  of.total === 0 ? (
    <p className="dim">Nobody is in it, so there is nothing to count.</p>
  ) : (
    <dl className="share">
      {of.types.map(({ type, count }) => (
        <div key={type}>
          <dt className="mono">{type}</dt>
          <dd>
            <div className="bar" aria-hidden="true">
              <i style={{ width: `${(100 * count) / of.total}%` }} />
            </div>
          </dd>
          <dd className="right nowrap">
            {percent(count, of.total)} <span className="dim">{number(count)}</span>
          </dd>
        </div>
      ))}
    </dl>
  )

const people = (n: number): string => many(n, 'person', 'people')

/** Two sets and what they share: a sentence, a bar, a legend. `first` and `second` are what they are called. */
export const SharedBar = ({ of, first, second }: { readonly of: Overlap; readonly first: string; readonly second: string }) => (
  <div className="stack tight" data-testid="overlap" aria-live="polite">
    <p>
      <strong>{people(of.both)}</strong> {of.both === 1 ? 'is' : 'are'} in both: {percent(of.both, of.second.count)} of {second},{' '}
      {percent(of.both, of.first.count)} of {first}.
    </p>
    <div className="shared-bar" aria-hidden="true">
      <i className="only-first" style={{ flexGrow: of.onlyFirst }} />
      <i className="both" style={{ flexGrow: of.both }} />
      <i className="only-second" style={{ flexGrow: of.onlySecond }} />
    </div>
    <ul className="legend">
      <li className="only-first">
        only {first}: {number(of.onlyFirst)}
      </li>
      <li className="both">both: {number(of.both)}</li>
      <li className="only-second">
        only {second}: {number(of.onlySecond)}
      </li>
    </ul>
  </div>
)

/** Chooses another audience by name; the address keeps it. */
type OtherProps = {
  readonly but?: string
  readonly about: About
  readonly chosen: string
  readonly choose: (key: string) => void
}
const Other = ({ but, about, chosen, choose }: OtherProps) => {
  const found = useGet<{ audiences: readonly Audience[] }>('/audiences', { params: { count: 200 } })
  const others = found.data?.audiences.filter(({ id, audienceType = 'USERS' }) => id !== but && audienceType === about) ?? []
  return (
    <label className="row wrap">
      <span className="soft">Compare with</span>
      <select className="pick" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">choose an audience</option>
        {others.map(({ id, key, name }) => (
          <option key={id} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

const Shared = ({ of, other }: { readonly of: Audience; readonly other: string }) => {
  const found = useGet<{ overlap: Overlap }>(`/audiences/${of.id}/overlap`, { params: { with: other }, keep: true })
  return (
    <Await of={found} lines={2}>
      {({ overlap }) => (
        <>
          <SharedBar of={overlap} first={of.name} second={overlap.second.name ?? other} />
          <div className="small">
            <Go to={`/audiences/${overlap.second.id}`}>{overlap.second.name}</Go>
            <div className="soft">{overlap.second.sentence}</div>
          </div>
        </>
      )}
    </Await>
  )
}

/** What is to be known about the members as a whole: whom they share with another audience, and by what they can be reached. */
export const Insights = ({ of }: { readonly of: Audience }) => {
  const [other, choose] = useSearchWord('with')
  const identifiers = useGet<{ identifiers: Identifiers }>(`/audiences/${of.id}/identifiers`)
  return (
    <div className="stack">
      <Block title="Overlap with another audience">
        <div className="stack">
          <Other but={of.id} about={of.audienceType ?? 'USERS'} chosen={other} choose={choose} />
          {other === '' ? (
            <Empty icon="audiences" title="Who is in both?">
              Choose another audience to see how many members the two share, as they are now.
            </Empty>
          ) : (
            <Shared of={of} other={other} />
          )}
        </div>
      </Block>
      <Block title="Identifiers" aside="members with at least one">
        <Await of={identifiers} lines={3}>
          {({ identifiers: found }) => <IdentifierShares of={found} />}
        </Await>
      </Block>
    </div>
  )
}

/** While a sentence is written: how many it shares with an audience that there is. */
export const OverlapOfDraft = ({ condition }: { readonly condition: Condition }) => {
  const api = useApi()
  const [other, choose] = useSearchWord('with')
  const found = useQuery<Overlap, ApiFailure>({
    queryKey: ['overlap', other, condition],
    queryFn: async () =>
      (await api.call<{ data: { overlap: Overlap } }>('POST', `/audiences/${other}/overlap`, { definition: { condition } })).data
        .overlap,
    enabled: other !== '',
    placeholderData: (previous) => previous,
  })
  return (
    <Block title="Overlap with another audience">
      <div className={found.isPlaceholderData ? 'stack tight stale' : 'stack tight'}>
        <Other about="USERS" chosen={other} choose={choose} />
        {other !== '' && (
          <Await of={found} lines={2}>
            {(overlap) => <SharedBar of={overlap} first={overlap.first.name ?? other} second="this sentence" />}
          </Await>
        )}
      </div>
    </Block>
  )
}
