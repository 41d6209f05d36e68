import { useInfiniteQuery } from '@tanstack/react-query'
import { type ApiFailure, useApi } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { dayOf } from '../parts/words.ts'
import type { Entry, Kind } from '../wire.ts'

const KINDS: Readonly<Record<Kind, { readonly label: string; readonly icon: IconName }>> = {
  event: { label: 'Events', icon: 'event' },
  trait: { label: 'Traits', icon: 'trait' },
  audience: { label: 'Audiences', icon: 'audiences' },
  run: { label: 'Journeys', icon: 'journeys' },
  message: { label: 'Messages', icon: 'email' },
  delivery: { label: 'Deliveries', icon: 'delivery' },
  subscription: { label: 'Subscriptions', icon: 'subscription' },
}

type Page = { readonly entries: readonly Entry[]; readonly pagination: { readonly next?: string } }

const useTimeline = (profile: string, kinds: string) => {
  const api = useApi()
  return useInfiniteQuery<Page, ApiFailure, { pages: readonly Page[] }, readonly string[], string | undefined>({
    queryKey: ['timeline', profile, kinds],
    queryFn: async ({ pageParam }) =>
      (await api.get<{ data: Page }>(`/profiles/${profile}/timeline`, { before: pageParam, kinds, count: 40 })).data,
    initialPageParam: undefined,
    getNextPageParam: (last) => last.pagination.next,
    refetchInterval: 5_000,
  })
}

const Line = ({ of }: { readonly of: Entry }) => (
  <li>
    <span className={`dot tone-${of.tone}`} title={KINDS[of.kind].label}>
      <Icon name={KINDS[of.kind].icon} size={15} />
    </span>
    <div className="what">
      {of.link ? <Go to={of.link}>{of.title}</Go> : of.title}
      {of.detail && <div className="detail">{of.detail}</div>}
      {of.data && Object.keys(of.data).length > 0 && (
        <details className="data">
          <summary>all of it</summary>
          <pre>{JSON.stringify(of.data, null, 2)}</pre>
        </details>
      )}
    </div>
    <div className="when">
      <Ago at={of.at} />
    </div>
  </li>
)

const Filters = ({ chosen, choose }: { readonly chosen: readonly string[]; readonly choose: (kinds: string) => void }) => {
  const toggle = (kind: string): void =>
    choose((chosen.includes(kind) ? chosen.filter((one) => one !== kind) : [...chosen, kind]).join(','))
  return (
    <div className="filters">
      <button type="button" className="chip" aria-pressed={chosen.length === 0} onClick={() => choose('')}>
        Everything
      </button>
      {Object.entries(KINDS).map(([kind, { label, icon }]) => (
        <button key={kind} type="button" className="chip" aria-pressed={chosen.includes(kind)} onClick={() => toggle(kind)}>
          <Icon name={icon} size={13} />
          {label}
        </button>
      ))}
    </div>
  )
}

/** Everything that happened to a person, in one line of time; each line opens its reason. */
export const Timeline = ({ profile }: { readonly profile: string }) => {
  const [kinds, setKinds] = useSearchWord('kinds')
  const found = useTimeline(profile, kinds)
  const entries = found.data?.pages.flatMap((page) => page.entries)
  const days = [...Map.groupBy(entries ?? [], (entry) => dayOf(entry.at))]
  return (
    <>
      <Filters chosen={kinds.split(',').filter(Boolean)} choose={setKinds} />
      <div className="spaced">
        {found.error && !entries && <Failing error={found.error} again={() => void found.refetch()} />}
        {!entries && !found.error && <Loading lines={8} />}
        {entries?.length === 0 && (
          <Empty icon="clock" title={kinds ? 'Nothing of this kind happened' : 'Nothing happened yet'}>
            Events, audiences, journeys and messages appear here as they happen.
          </Empty>
        )}
        {days.map(([day, lines]) => (
          <section key={day} aria-label={day}>
            <div className="day-mark">{day}</div>
            <ol className="timeline">
              {lines.map((entry) => (
                <Line key={entry.id} of={entry} />
              ))}
            </ol>
          </section>
        ))}
      </div>
      <More more={found.hasNextPage ? () => void found.fetchNextPage() : undefined} busy={found.isFetchingNextPage} />
    </>
  )
}
