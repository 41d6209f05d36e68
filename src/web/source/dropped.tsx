import { useGet } from '../api.ts'
import { Block } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { capital, human, many, number } from '../parts/words.ts'

export type Drops = {
  readonly total: number
  readonly drops: readonly {
    readonly code: string
    readonly subject: string
    readonly reason: string
    readonly count: number
    readonly lastAt: string
    readonly sample: string
  }[]
}

/** JSON text with its lines broken, or the text as it is where it was cut. */
export const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

const Row = ({ of }: { readonly of: Drops['drops'][number] }) => (
  <tr>
    <td className="main">
      <strong>{capital(human(of.code))}</strong> <span className="dim mono small">{of.subject}</span>
      <div className="sub">{of.reason}</div>
      <details>
        <summary className="accent small">An example</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard */}
        <pre tabIndex={0}>{pretty(of.sample)}</pre>
      </details>
    </td>
    <td className="num">{number(of.count)}</td>
    <td className="num soft">
      <Ago at={of.lastAt} />
    </td>
  </tr>
)

/** What of a source's calls was not taken in 24 hours, by reason, each with an example. */
export const Dropped = ({ source }: { readonly source: string }) => {
  const drops = useGet<Drops>(`/sources/${source}/drops`, { every: 5_000 })
  return (
    <Await of={drops}>
      {({ drops: all, total }) => (
        <Block title={total === 0 ? 'Nothing was dropped in 24 hours' : `${many(all.length, 'reason')}, the most frequent first`}>
          {all.length === 0 ? (
            <Empty icon="check" title="Every call was taken as it came." />
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>Why</th>
                  <th className="num">Times</th>
                  <th className="num">Last</th>
                </tr>
              </thead>
              <tbody>
                {all.map((one) => (
                  <Row key={one.code + one.subject} of={one} />
                ))}
              </tbody>
            </table>
          )}
        </Block>
      )}
    </Await>
  )
}
