import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'

type Cause = { readonly sourceId: string | null; readonly sourceName: string | null; readonly messageId: string | null }
type Graph = {
  readonly identifiers: readonly (Cause & { readonly type: string; readonly value: string; readonly addedAt: string })[]
  readonly merges: readonly { readonly mergedProfileId: string; readonly messageId: string | null; readonly mergedAt: string }[]
  readonly refusals: readonly (Cause & {
    readonly code: string
    readonly type: string
    readonly value: string
    readonly otherProfileId: string | null
    readonly reason: string
    readonly lastAt: string
  })[]
}

const By = ({ of }: { readonly of: Cause }) => (
  <div className="dim small clip" title={of.messageId ?? ''}>
    {of.sourceId && 'by '}
    {of.sourceId && <Go to={`/sources/${of.sourceId}`}>{of.sourceName ?? of.sourceId}</Go>}
    {of.messageId && <span className="mono"> {of.messageId}</span>}
  </div>
)

/** How a person came together: which call added which identifier, which merged whom, and what was not taken and why. */
export const Identity = ({ id }: { readonly id: string }) => {
  const found = useGet<{ graph: Graph }>(`/profiles/${id}/graph`)
  return (
    <Block title="How they are known">
      <Await of={found} lines={3}>
        {({ graph }) => (
          <>
            <ul className="list">
              {graph.identifiers.map((one) => (
                <li key={one.type + one.value}>
                  <div className="grow">
                    <span className="dim">{one.type}</span> <span className="mono">{one.value}</span>
                    <By of={one} />
                  </div>
                  <span className="soft small nowrap">
                    <Ago at={one.addedAt} />
                  </span>
                </li>
              ))}
              {graph.merges.map((one) => (
                <li key={one.mergedProfileId}>
                  <div className="grow">
                    Another profile was merged into this one{' '}
                    <span className="mono dim small">{one.mergedProfileId.slice(0, 8)}</span>
                    <div className="dim small mono clip">{one.messageId}</div>
                  </div>
                  <span className="soft small nowrap">
                    <Ago at={one.mergedAt} />
                  </span>
                </li>
              ))}
            </ul>
            {graph.refusals.length > 0 && <h3>Not taken</h3>}
            <ul className="list">
              {graph.refusals.map((one) => (
                <li key={one.code + one.type + one.value}>
                  <div className="grow">
                    <span className="dim">{one.type}</span> <span className="mono">{one.value}</span>
                    <div className="soft small">
                      {one.reason} {one.otherProfileId && <Go to={`/people/${one.otherProfileId}`}>Whose it is</Go>}
                    </div>
                    <By of={one} />
                  </div>
                  <span className="soft small nowrap">
                    <Ago at={one.lastAt} />
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Await>
    </Block>
  )
}
