import { useGet } from '../api.ts'
import '../parts/forms.css'
import '../parts/parts.css'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many, number } from '../parts/words.ts'
import { AlertSettings } from './settings.tsx'

type Subject = {
  readonly type: string
  readonly name: string
  readonly count: number
  readonly expected?: number
  readonly fields: readonly string[]
  readonly closedAt?: string
}
type Alert = {
  readonly id: string
  readonly kind: 'volume_drop' | 'volume_surge' | 'violations'
  readonly source: { readonly id: string; readonly name: string }
  readonly openedAt: string
  readonly closedAt: string | null
  readonly events: readonly Subject[]
  readonly told: 'nobody' | 'waiting' | 'sent' | 'failed'
  readonly toldError: string | null
}

const nameOf = ({ name, type }: Subject): string => name || type
const SENTENCES: Readonly<Record<Alert['kind'], (event: Subject) => string>> = {
  volume_drop: (event) =>
    `${nameOf(event)} fell to ${number(event.count)} an hour, where ${number(event.expected ?? 0)} are usual`,
  volume_surge: (event) =>
    `${nameOf(event)} rose to ${number(event.count)} an hour, where ${number(event.expected ?? 0)} are usual`,
  violations: (event) => `${nameOf(event)} breaks its plan: ${event.fields.join(', ') || 'as a whole'}`,
}

const TOLD: Readonly<Record<Alert['told'], string>> = {
  nobody: '',
  waiting: 'is being posted',
  sent: 'was posted',
  failed: 'could not be posted for a day',
}

const Line = ({ of }: { readonly of: Alert }) => {
  const tab = of.kind === 'violations' ? 'dropped' : 'overview'
  return (
    <li className="from-top wrap">
      <span className={of.closedAt ? 'tone-plain' : 'tone-bad'}>
        <Icon name={of.closedAt ? 'check' : 'warn'} />
        <span className="sr">{of.closedAt ? 'over' : 'going on'}</span>
      </span>
      <div className="grow">
        {of.events.map((event) => (
          <div key={`${event.type} ${event.name}`}>
            {SENTENCES[of.kind](event)}
            {event.closedAt && !of.closedAt && <span className="dim"> (no more)</span>}
          </div>
        ))}
        <div className="dim small">
          at <Go to={`/sources/${of.source.id}?tab=${tab}`}>{of.source.name}</Go>
          {TOLD[of.told] && `; ${TOLD[of.told]}`}
          {of.toldError && of.told !== 'sent' && `: ${of.toldError}`}
        </div>
      </div>
      <span className="dim small">
        began <Ago at={of.openedAt} />
        {of.closedAt && (
          <>
            , over <Ago at={of.closedAt} />
          </>
        )}
      </span>
    </li>
  )
}

const factOf = (alerts: readonly Alert[] | undefined): string => {
  if (alerts === undefined) return 'Alerts'
  const open = alerts.filter(({ closedAt }) => closedAt === null).length
  return open === 0
    ? 'Nothing unusual is going on at your sources.'
    : `${many(open, 'thing is', 'things are')} unusual at your sources.`
}

/** What went wrong at the sources, and who hears of it (spec/connections §1.8). */
export default function Alerts() {
  const [status, setStatus] = useSearchWord('status', 'all')
  const found = useGet<{ alerts: readonly Alert[] }>('/alerts', { every: 30_000 })
  return (
    <Page
      title={
        <Trail to="/sources" of="Sources">
          Alerts
        </Trail>
      }
      tab="Alerts"
      fact={factOf(found.data?.alerts)}
    >
      <div className="cols side-right">
        <Block title="What was unusual">
          <div className="filters">
            {(['all', 'open'] as const).map((one) => (
              <button key={one} type="button" className="chip" aria-pressed={status === one} onClick={() => setStatus(one)}>
                {one === 'all' ? 'All' : 'Going on'}
              </button>
            ))}
          </div>
          <Await of={found}>
            {({ alerts }) => {
              const shown = alerts.filter(({ closedAt }) => status !== 'open' || closedAt === null)
              return shown.length === 0 ? (
                <Empty icon="check" title="Nothing">
                  An event of which half as many or twice as many come as in the same hour of the last four weeks, and an event
                  that begins to break its plan, stand here.
                </Empty>
              ) : (
                <ul className="list">
                  {shown.map((alert) => (
                    <Line key={alert.id} of={alert} />
                  ))}
                </ul>
              )
            }}
          </Await>
        </Block>
        <AlertSettings />
      </div>
    </Page>
  )
}
