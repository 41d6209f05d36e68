import { useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go } from '../parts/go.tsx'
import { Failing, Loading } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { callOf, many } from '../parts/words.ts'
import type { JourneyRefusal, StepFailure } from '../wire.ts'

type FailuresProps = { readonly of: readonly StepFailure[]; readonly choose: (step: string) => void }

/** Steps that cannot be done now: what is wrong, for how many, and what to do. Nothing where all is well. */
export const Failures = ({ of, choose }: FailuresProps) =>
  of.length === 0 ? null : (
    <section className="block attention" aria-label="Steps that fail">
      <div className="block-head">
        <h2>{of.length === 1 ? 'A step fails' : `${of.length} steps fail`}</h2>
      </div>
      <ul className="list">
        {of.map((each) => (
          <li key={`${each.version} ${each.step}`}>
            <div className="grow">
              <button type="button" className="link-button" onClick={() => choose(each.step)}>
                {each.sentence}
              </button>{' '}
              <span className="soft">
                fails since <Ago at={each.since} />; {many(each.runs, 'run stands', 'runs stand')} there. Tried{' '}
                {many(each.attempts, 'time')}, last <Ago at={each.lastTriedAt} />.
              </span>
              <div className="bad-words">{each.error}</div>
              <div className="soft small">{each.remedy}</div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )

/** Who would have entered and was not let in, each with the reason. */
export const Refusals = ({ journey }: { readonly journey: string }) => {
  const list = useList<JourneyRefusal>(`/journeys/${journey}/refusals`, 'refusals', { params: { count: 20 }, every: 10_000 })
  if (list.error && !list.items) return <Failing error={list.error} again={list.again} />
  if (!list.items) return <Loading />
  if (list.items.length === 0) return <p className="dim">Everybody who could enter was let in.</p>
  return (
    <>
      <ul className="list">
        {list.items.map((each) => (
          <li key={each.id}>
            <div className="grow">
              <Go to={`/people/${each.profileId}`}>{callOf(each)}</Go>
              <div className="dim small">{each.sentence}</div>
            </div>
            <span className="dim small">
              <Ago at={each.happenedAt} />
            </span>
          </li>
        ))}
      </ul>
      <More more={list.more} busy={list.loadingMore} />
    </>
  )
}
