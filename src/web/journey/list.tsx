import { useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { many, number } from '../parts/words.ts'
import type { Journey } from '../wire.ts'
import { entrySentence } from './graph.ts'

const inside = (journey: Journey): number => (journey.stats?.active ?? 0) + (journey.stats?.held ?? 0)

const factOf = (journeys: readonly Journey[] | undefined): string => {
  if (!journeys) return 'Journeys'
  const live = journeys.filter((journey) => journey.status === 'live')
  const people = journeys.reduce((sum, journey) => sum + inside(journey), 0)
  const entered = journeys.reduce((sum, journey) => sum + (journey.stats?.entered24h ?? 0), 0)
  return `${many(live.length, 'journey is', 'journeys are')} live, ${many(people, 'run')} in flight; ${number(entered)} entered in 24 hours.`
}

const Row = ({ of }: { readonly of: Journey }) => (
  <tr>
    <td className="main">
      <div className="row">
        <Go to={`/journeys/${of.id}`} className="name">
          {of.name}
        </Go>
        <Status of={of.status} />
      </div>
      <div className="sub">{of.description || (of.definition?.entry ? entrySentence(of.definition) : '')}</div>
    </td>
    <td className="num" data-label="in it">
      <b>{number(inside(of))}</b>
    </td>
    <td className="num" data-label="entered in 24 h">
      {number(of.stats?.entered24h ?? 0)}
    </td>
    <td className="num soft" data-label="completed">
      {number(of.stats?.completed ?? 0)}
    </td>
    <td className="num soft" data-label="left early">
      {number(of.stats?.exited ?? 0)}
    </td>
  </tr>
)

/** Every journey with its runs. */
export default function JourneyList() {
  const list = useList<Journey>('/journeys', 'journeys', { every: 4_000, params: { count: 100 } })
  return (
    <Page title="Journeys" tab="Journeys" fact={factOf(list.items)}>
      <Block flush>
        {list.error && !list.items && <Failing error={list.error} again={list.again} />}
        {!list.error && !list.items && <Loading />}
        {list.items?.length === 0 && (
          <Empty icon="journeys" title="No journey yet">
            A journey is a plan that people walk through on their own: waits, splits, messages. Send one to{' '}
            <code>POST /spaces/…/journeys</code>; the <a href="/reference">API reference</a> has its shape.
          </Empty>
        )}
        {list.items && list.items.length > 0 && (
          <table className="rows">
            <thead>
              <tr>
                <th>Journey</th>
                <th className="num">In it now</th>
                <th className="num">Entered, 24 h</th>
                <th className="num">Completed</th>
                <th className="num">Left early</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((journey) => (
                <Row key={journey.id} of={journey} />
              ))}
            </tbody>
          </table>
        )}
        <More more={list.more} busy={list.loadingMore} />
      </Block>
    </Page>
  )
}
