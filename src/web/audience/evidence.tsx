import { MISSED } from '../../audience/missed.ts'
import { here, instant, many, number, shown } from '../parts/words.ts'
import type { Explained, ExplainedEvent, ExplainedEvents } from '../wire.ts'

const Event = ({ of }: { readonly of: ExplainedEvent }) => (
  <li className={of.why ? 'missed' : undefined}>
    <time dateTime={of.timestamp}>{instant(of.timestamp)}</time> {of.name}
    {Object.entries(of.properties).map(([path, value]) => (
      <span key={path} className="with">
        {path} <strong>{shown(value)}</strong>
      </span>
    ))}
    {of.why && <span className="dim"> does not count: {MISSED[of.why] ?? of.why}</span>}
    {of.followedBy?.map((then) => (
      <div key={then.name} className="followed">
        and then {then.name}: {then.count === 0 ? 'none' : number(then.count)}
        <Events of={then} />
      </div>
    ))}
  </li>
)

/** The events that an answer rests on, newest first, and some of the name that don't count, with the reason. */
const Events = ({ of }: { readonly of: ExplainedEvents }) => {
  const more = of.count - of.events.length
  if (of.events.length + of.missed.length === 0) return null
  return (
    <ul className="evidence-events">
      {of.events.map((event) => (
        <Event key={event.messageId} of={event} />
      ))}
      {more > 0 && <li className="dim">and {number(more)} more</li>}
      {of.missed.map((event) => (
        <Event key={event.messageId} of={event} />
      ))}
    </ul>
  )
}

const foundOf = ({ evidence }: Explained): string => {
  if (!evidence) return ''
  const { count, value, threshold, partOf, linked } = evidence
  if (partOf !== undefined) return partOf ? 'it is' : 'it is not'
  if (linked) return `${number(linked.matching)} of ${many(linked.total, 'user')}`
  const found =
    count !== undefined
      ? `${shown(count)} found`
      : value !== undefined
        ? `it is ${shown(value) === '–' ? 'not known' : shown(value)}`
        : ''
  const wanted = threshold === undefined || threshold === null ? '' : `asked for ${shown(threshold)}`
  return [found, wanted].filter(Boolean).join(', ')
}

/** What an answer rests on, and when time alone changes it. */
export const Evidence = ({ of }: { readonly of: Explained }) => {
  const { evidence, changes, unchangedUntil } = of
  const found = foundOf(of)
  return (
    <>
      {of.disagrees && (
        <div className="evidence tone-bad" role="alert">
          The evidence says otherwise than the query that decides. One of the two is wrong; please report it.
        </div>
      )}
      {found && <div className="evidence">{found}</div>}
      {evidence?.entries?.map((entry) => (
        <div key={JSON.stringify(entry)} className="evidence">
          entry {shown(entry)}
        </div>
      ))}
      {evidence?.happenings && <Events of={evidence.happenings} />}
      {changes && (
        <div className="evidence">
          becomes {changes.matches ? 'true' : 'false'} on <time dateTime={changes.at}>{instant(changes.at)}</time>, when{' '}
          {here(changes.because)}
        </div>
      )}
      {unchangedUntil && <div className="evidence">time alone changes nothing before {instant(unchangedUntil)}</div>}
    </>
  )
}
