import { useEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import type { Profile } from '../wire.ts'
import { nameOf } from './name.ts'
import './sheet.css'
import { Timeline } from './timeline.tsx'
import { Traits } from './traits.tsx'

const Known = ({ of }: { readonly of: Profile }) => (
  <>
    <div className="row wrap mono dim">
      {Object.entries(of.identifiers).flatMap(([type, values]) =>
        values.slice(0, 3).map((value) => (
          <span key={type + value}>
            {type} <span className="ink">{value}</span>
          </span>
        )),
      )}
    </div>
    <Traits of={of.traits} computed={of.computedTraits} />
    <Block title="What happened">
      <Timeline profile={of.id} />
    </Block>
  </>
)

/** One person beside what one is doing: traits and events, without leaving the page. Escape closes it, and the focus goes back. */
export default function PersonSheet({ person, close }: { readonly person: string; readonly close: () => void }) {
  const found = useGet<{ profile: Profile }>(`/profiles/${encodeURIComponent(person)}`)
  const closing = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const before = document.activeElement
    closing.current?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  const profile = found.data?.profile
  // Out of the column it is opened from, which the top of the frame lies above.
  return createPortal(
    <div
      className="sheet-side"
      role="dialog"
      aria-label={profile ? nameOf(profile) : 'Person'}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <div className="sheet-head">
        <div className="grow">
          <h2>{profile ? nameOf(profile) : '…'}</h2>
          <Go to={`/people/${person}`} className="small soft">
            Open the whole page
          </Go>
        </div>
        <button ref={closing} type="button" className="plain-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <Await of={found}>{({ profile: known }) => <Known of={known} />}</Await>
    </div>,
    document.body,
  )
}
