import { Icon } from '../parts/icon.tsx'
import { many, number, shown } from '../parts/words.ts'
import type { SqlPreview } from './wire.ts'

const Mark = ({ known }: { readonly known: boolean }) => (
  <span className={known ? 'tone-good' : 'tone-warn'} title={known ? 'known to the space' : 'unknown: a new profile is made'}>
    {known ? <Icon name="check" size={14} /> : '?'}
    <span className="sr">{known ? 'known' : 'unknown'}</span>
  </span>
)

/** What was looked at before it may be saved. */
const Checks = ({ of }: { readonly of: SqlPreview }) => {
  const unknown = of.rows.filter(({ known }) => !known).length
  const checks = [
    `${many(of.count, 'row')}, each with a ${of.identifier} of its own${of.links ? ', which links a user to an account' : ''}`,
    `${many(of.traits.length, 'trait')}: ${of.traits.map(({ name, type }) => `${name} (${type})`).join(', ')}`,
    'It reads, and writes nothing',
  ]
  return (
    <ul className="list">
      {checks.map((check) => (
        <li key={check}>
          <span className="tone-good">
            <Icon name="check" size={14} />
          </span>
          <span className="grow">{check}</span>
        </li>
      ))}
      {unknown > 0 && (
        <li>
          <span className="tone-warn">?</span>
          <span className="grow">
            {number(unknown)} of the {number(of.rows.length)} shown {unknown === 1 ? 'is' : 'are'} not known to the space:{' '}
            {unknown === 1 ? 'it becomes a new profile' : 'they become new profiles'}
          </span>
        </li>
      )}
    </ul>
  )
}

/** The first rows of a query, whose they are, and what was checked. */
export const PreviewRows = ({ of }: { readonly of: SqlPreview }) => (
  <div className="stack">
    <Checks of={of} />
    {/* A region that scrolls must be reachable by keyboard. */}
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
    <section className="sheet" tabIndex={0} aria-label="The first rows">
      <table>
        <thead>
          <tr>
            <th>
              <span className="sr">known</span>
            </th>
            <th>{of.identifier}</th>
            {of.links && <th>user_id</th>}
            {of.traits.map(({ name }) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.rows.map((row) => (
            <tr key={row.identifier + (row.userId ?? '')}>
              <td>
                <Mark known={row.known} />
              </td>
              <td>{row.identifier}</td>
              {of.links && <td>{row.userId}</td>}
              {of.traits.map(({ name }) => (
                <td key={name}>{shown(row.traits[name])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  </div>
)
