import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import type { Profile } from '../wire.ts'

/** The audiences that a profile is in; each says why. */
export const Audiences = ({ of }: { readonly of: Pick<Profile, 'id' | 'audiences'> }) => (
  <Block title="In audiences" aside={of.audiences.length}>
    {of.audiences.length === 0 && <p className="dim">In none.</p>}
    <ul className="list">
      {of.audiences.map((audience) => (
        <li key={audience.id}>
          <Go to={`/audiences/${audience.id}?tab=test&person=${of.id}`} className="grow" title="Why?">
            {audience.name}
          </Go>
          <span className="dim small">
            <Ago at={audience.enteredAt} />
          </span>
        </li>
      ))}
    </ul>
  </Block>
)
