import { Button } from '@mantine/core'
import { useState } from 'react'
import { useGet } from '../api.ts'
import { Delta } from '../parts/figures.tsx'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { capital, number } from '../parts/words.ts'
import type { Audience, AudiencePlan, Evaluation } from '../wire.ts'

const Evaluations = ({ of }: { readonly of: readonly Evaluation[] }) =>
  of.length === 0 ? (
    <Empty icon="clock" title="Not evaluated yet" />
  ) : (
    <table className="rows">
      <tbody>
        {of.map((one) => (
          <tr key={one.evaluatedAt + one.mode}>
            <td className="main">
              {capital(one.mode)} {one.error && <span className="tone-bad">{one.error}</span>}
              {one.drift ? <span className="tone-warn">{number(one.drift)} had been missed</span> : null}
            </td>
            <td className="num">
              <Delta entered={one.entered} exited={one.exited} />
            </td>
            <td className="num soft">{number(one.durationMs)} ms</td>
            <td className="num soft">
              <Ago at={one.evaluatedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )

const KINDS = { events: 'Events', traits: 'Traits', audiences: 'Audiences', computedTraits: 'Computed traits' } as const

const PLACES = { audiences: '/audiences', computedTraits: '/computed-traits', journeys: '/journeys' } as const

const usersOf = ({ referencedBy }: AudiencePlan) =>
  (['audiences', 'computedTraits', 'journeys'] as const).flatMap((kind) =>
    referencedBy[kind].map((each) => ({ ...each, place: PLACES[kind] })),
  )

const LooksAt = ({ of }: { readonly of: AudiencePlan }) => (
  <dl className="pairs">
    {Object.entries(KINDS).flatMap(([kind, label]) => {
      const names = of.references[kind as keyof typeof KINDS]
      return names.length === 0 ? [] : [<dt key={`${kind} of`}>{label}</dt>, <dd key={kind}>{names.join(', ')}</dd>]
    })}
    <dt>Used by</dt>
    <dd>
      {usersOf(of).length === 0 && 'nothing'}
      {usersOf(of).map(({ id, name, place }) => (
        <Go key={id} to={`${place}/${id}`}>
          {name}{' '}
        </Go>
      ))}
    </dd>
  </dl>
)

const parametersOf = ({ parameters }: AudiencePlan): string =>
  parameters.map((value, index) => `$${index + 1} = ${JSON.stringify(value)}`).join('\n')

/** How an audience is evaluated: its last evaluations, what it looks at, its query, and how the database goes about it. */
export const HowEvaluated = ({ of }: { readonly of: Audience }) => {
  const [analyze, setAnalyze] = useState(false)
  const found = useGet<AudiencePlan>(`/audiences/${of.id}/plan`, {
    params: { analyze: String(analyze) },
    keep: true,
    // What was measured stands still; measuring costs as much as evaluating.
    ...(analyze ? {} : { every: 5_000 }),
  })
  return (
    <Await of={found}>
      {(plan) => (
        <div className="stack">
          <Block title="Last evaluations" flush>
            <Evaluations of={plan.evaluations} />
          </Block>
          <Block title="What it looks at">
            <LooksAt of={plan} />
          </Block>
          <Block title="The query">
            <pre className="sql">{plan.sql}</pre>
            <pre className="sql">{parametersOf(plan)}</pre>
          </Block>
          <Block
            title={plan.analyzed ? 'The plan, as it ran' : 'The plan'}
            aside={
              <Button variant="subtle" size="xs" loading={found.isFetching} onClick={() => setAnalyze(true)}>
                Run it and measure
              </Button>
            }
          >
            <pre>{plan.plan.join('\n')}</pre>
          </Block>
        </div>
      )}
    </Await>
  )
}
