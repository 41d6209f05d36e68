import { lazy, Suspense, useState } from 'react'
import type { Condition } from '../../../audience/condition.ts'
import { type ApiFailure, useGet } from '../../api.ts'
import { Go, useSearchWord } from '../../parts/go.tsx'
import { Block } from '../../parts/page.tsx'
import { Loading } from '../../parts/state.tsx'
import { callOf, capital, number, percent } from '../../parts/words.ts'
import type { Estimate, Overview, Preview, About as WhomAbout } from '../../wire.ts'
import { IdentifierShares, OverlapOfDraft } from '../insights.tsx'
import { EditEffect } from './effect.tsx'
import { usePreview } from './use-preview.ts'

const PersonSheet = lazy(() => import('../../profile/sheet.tsx'))

const CannotCount = ({ problems }: { readonly problems: readonly { message: string; remedy?: string }[] }) => (
  <div className="failing" role="alert">
    <div>
      <strong>This cannot be counted yet</strong>
      {problems.map(({ message, remedy }) => (
        <p key={message}>{remedy ? `${capital(message)}: ${remedy}.` : message}</p>
      ))}
    </div>
  </div>
)

const problemsOf = ({ problems, message }: ApiFailure) => (problems.length > 0 ? problems : [{ message }])

/** `12,300 ± 500`: no more digits than the error leaves meaning, and never a smaller error than there is. */
export const rounded = ({ count, low, high }: Pick<Estimate, 'count' | 'low' | 'high'>): { about: number; error: number } => {
  const error = Math.max(count - low, high - count)
  const step = 10 ** Math.floor(Math.log10(Math.max(1, error)))
  const about = Math.round(count / step) * step
  return { about, error: Math.ceil((error + Math.abs(about - count)) / step) * step }
}

const People = ({ n, all }: { readonly n: number; readonly all: number }) => (
  <p className="soft">
    {n === 1 ? 'person' : 'people'}, {percent(n, all)} of {number(all)}
  </p>
)

const About = ({ of, all }: { readonly of: Estimate; readonly all: number }) => {
  const { about, error } = rounded(of)
  return (
    <>
      <div className="big-count" data-testid="estimate">
        {of.count === 0 ? (
          <>
            at most <span className="nowrap">{number(of.high)}</span>
          </>
        ) : (
          <>
            ≈ {number(about)} <span className="soft nowrap error">± {number(error)}</span>
          </>
        )}
      </div>
      <p className="soft">
        {of.count === 0
          ? `Of ${number(of.asked)} people who were asked, nobody is in it. Counting everybody…`
          : `people, about ${percent(of.count, all)} of ${number(all)}. Counting everybody…`}
      </p>
    </>
  )
}

const Count = ({ of, all, about }: { readonly of: Preview; readonly all: number; readonly about: WhomAbout }) => {
  if (of.size)
    return (
      <>
        <div className="big-count" data-testid="live-count">
          {number(of.size.count)}
        </div>
        {about === 'ACCOUNTS' ? (
          <p className="soft">{of.size.count === 1 ? 'account' : 'accounts'}</p>
        ) : (
          <People n={of.size.count} all={all} />
        )}
      </>
    )
  if (of.estimate) return <About of={of.estimate} all={all} />
  return of.status === 'RUNNING' ? <p className="soft">Counting…</p> : null
}

type Some = { readonly of: Preview; readonly open: (person: string) => void; readonly about: WhomAbout }
const SomeOfThem = ({ of, open, about }: Some) =>
  of.results && of.results.length > 0 ? (
    <Block title="Some of them">
      <ul className="list">
        {of.results.slice(0, 10).map((member) => (
          <li key={member.profileId}>
            {about === 'ACCOUNTS' ? (
              <Go to={`/accounts/${member.profileId}`} className="grow clip">
                {callOf(member)}
              </Go>
            ) : (
              <button type="button" className="link-button grow left clip ink" onClick={() => open(member.profileId)}>
                {callOf(member)}
              </button>
            )}
          </li>
        ))}
      </ul>
    </Block>
  ) : null

const KnownBy = ({ of, ask }: { readonly of: Preview; readonly ask: (() => void) | undefined }) => (
  <Block title="Identifiers">
    {ask ? (
      <button type="button" className="link-button accent" onClick={ask}>
        Count who can be reached by what
      </button>
    ) : of.identifiers ? (
      <IdentifierShares of={of.identifiers} />
    ) : (
      <p className="soft">Counting…</p>
    )}
  </Block>
)

type LiveProps = {
  readonly condition: Condition | undefined
  readonly about?: WhomAbout
  /** The audience that is edited: what saving does to its members is said, too. */
  readonly edited?: { readonly id: string; readonly saved: string } | undefined
}
/** Who would be in, counted while the sentence is written: how many, of how many, and ten of them. */
export const LiveCount = ({ condition, about = 'USERS', edited }: LiveProps) => {
  const [identifiers, askIdentifiers] = useState(false)
  const [person, setPerson] = useSearchWord('beside')
  const { found, error, stale } = usePreview(condition, identifiers, about)
  const overview = useGet<Overview>('/overview')
  const all = overview.data?.profiles ?? 0
  if (!condition)
    return (
      <Block title="Who that is">
        <p className="dim">Finish a sentence and the people in it are counted here.</p>
      </Block>
    )
  if (error) return <CannotCount problems={problemsOf(error)} />
  if (!found) return <Loading lines={4} />
  return (
    <div className={stale ? 'stack stale' : 'stack'} aria-live="polite">
      <Block title="Who that is">
        <Count of={found} all={all} about={about} />
        {found.sentence && <p className="small soft">{found.sentence}</p>}
      </Block>
      {edited && <EditEffect {...edited} condition={condition} about={about} />}
      {found.failureReason && <CannotCount problems={[{ message: found.failureReason }]} />}
      <SomeOfThem of={found} open={setPerson} about={about} />
      {about === 'USERS' && (
        <>
          <KnownBy of={found} ask={identifiers ? undefined : () => askIdentifiers(true)} />
          <OverlapOfDraft condition={condition} />
        </>
      )}
      {person !== '' && (
        <Suspense fallback={null}>
          <PersonSheet key={person} person={person} close={() => setPerson('')} />
        </Suspense>
      )}
    </div>
  )
}
