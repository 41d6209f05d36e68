import { Go } from '../parts/go.tsx'
import { human } from '../parts/words.ts'

/** What uses an audience or computed trait. */
export type User = { readonly kind: 'audience' | 'computed_trait' | 'journey'; readonly id: string; readonly name: string }

const PLACES: Readonly<Record<User['kind'], string>> = {
  audience: '/audiences',
  computed_trait: '/computed-traits',
  journey: '/journeys',
}

/** Who uses an audience or computed trait. */
export const UsedBy = ({ of, nobody }: { readonly of: readonly User[]; readonly nobody: string }) =>
  of.length === 0 ? (
    <p className="dim">{nobody}</p>
  ) : (
    <ul className="list">
      {of.map(({ kind, id, name }) => (
        <li key={id}>
          <Go to={`${PLACES[kind]}/${id}`}>{name}</Go> <span className="dim">{human(kind)}</span>
        </li>
      ))}
    </ul>
  )
