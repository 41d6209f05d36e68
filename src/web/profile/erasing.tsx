import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Page, Trail } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { human, many } from '../parts/words.ts'

type Status = 'INITIALIZED' | 'RUNNING' | 'FINISHED' | 'FAILED'
type Regulation = {
  readonly id: string
  readonly overallStatus: Status
  readonly createdAt: string
  readonly finishedAt?: string
  readonly error?: string
  readonly removals: { readonly waiting: number; readonly delivered: number; readonly givenUp: number }
  readonly streamStatus: readonly { readonly id: string; readonly removed: number }[]
}

const FACTS: Readonly<Record<Status, string>> = {
  INITIALIZED: 'This person is about to be erased.',
  RUNNING: 'This person is being erased: nobody knows them any more, and the last of what was stored goes.',
  FINISHED: 'This person is erased. Nothing that is stored here names them.',
  FAILED: 'This person could not be erased.',
}

const Removals = ({ of: { waiting, delivered, givenUp } }: { readonly of: Regulation['removals'] }) => {
  const known = waiting + delivered + givenUp
  if (known === 0) return null
  return (
    <>
      <p>
        {`Destinations knew of this person by ${many(known, 'connection')}: ${delivered} taken off`}
        {waiting > 0 && `, ${waiting} still to be told`}.
      </p>
      {givenUp > 0 && (
        <p className="tone-bad">
          {`${many(givenUp, 'destination')} could not be told, and will not be asked again: remove the person there yourself.`}
        </p>
      )}
    </>
  )
}

/** How far an erasure is: of whom, is not known here any more. */
export const Erasing = ({ regulation: id }: { readonly regulation: string }) => {
  const found = useGet<{ regulation: Regulation }>(`/regulations/${encodeURIComponent(id)}`, { every: 1_000 })
  const regulation = found.data?.regulation
  return (
    <Page
      title={
        <Trail to="/people" of="People">
          <span className="mono">{id}</span>
        </Trail>
      }
      tab="Erasing"
      fact={regulation ? FACTS[regulation.overallStatus] : 'An erasure'}
    >
      <Await of={found}>
        {({ regulation: of }) => (
          <div className="block stack">
            <p role="status">
              Asked for <Ago at={of.createdAt} />
              {of.finishedAt && (
                <>
                  , done <Ago at={of.finishedAt} />
                </>
              )}
              .{' '}
              {of.overallStatus === 'RUNNING' &&
                'A minute later everything is looked through once more, for what was on its way.'}
            </p>
            <Removals of={of.removals} />
            {of.error && <p className="tone-bad">{of.error}</p>}
            <ul className="list" aria-label="What was removed">
              {of.streamStatus.map((each) => (
                <li key={each.id}>
                  <span className="grow">{human(each.id)}</span>
                  <span className="soft">{many(each.removed, 'row')}</span>
                </li>
              ))}
            </ul>
            <p>
              <Go to="/people">Back to people</Go>
            </p>
          </div>
        )}
      </Await>
    </Page>
  )
}
