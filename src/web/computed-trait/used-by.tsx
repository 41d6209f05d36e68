import { Go } from '../parts/go.tsx'
import { human } from '../parts/words.ts'
import type { TraitUser } from './wire.ts'

const PLACES: Readonly<Record<TraitUser['kind'], string>> = {
  audience: '/audiences',
  computed_trait: '/computed-traits',
  journey: '/journeys',
}

/** Who uses a computed trait. */
export const UsedBy = ({ of }: { readonly of: readonly TraitUser[] }) =>
  of.length === 0 ? (
    <p className="dim">Nothing asks for it yet. Templates may: they say {'{{ profile.traits.… }}'}.</p>
  ) : (
    <ul className="list">
      {of.map(({ kind, id, name }) => (
        <li key={id}>
          <Go to={`${PLACES[kind]}/${id}`}>{name}</Go> <span className="dim">{human(kind)}</span>
        </li>
      ))}
    </ul>
  )
