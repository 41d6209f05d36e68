import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { Await } from '../parts/state.tsx'
import type { Profile } from '../wire.ts'
import { nameOf } from './name.ts'
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

/** One person beside what one is doing: traits and events, without leaving the page. */
export default function PersonSheet({ person, close }: { readonly person: string; readonly close: () => void }) {
  const found = useGet<{ profile: Profile }>(`/profiles/${encodeURIComponent(person)}`)
  const profile = found.data?.profile
  return (
    <Sheet
      title={profile ? nameOf(profile) : '…'}
      label={profile ? nameOf(profile) : 'Person'}
      close={close}
      below={
        <Go to={`/people/${person}`} className="small soft">
          Open the whole page
        </Go>
      }
    >
      <Await of={found}>{({ profile: known }) => <Known of={known} />}</Await>
    </Sheet>
  )
}
