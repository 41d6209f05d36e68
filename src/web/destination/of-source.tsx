import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Line } from './line.tsx'
import type { Destination, Figures } from './wire.ts'

/** Where the calls of one source go. */
export const DestinationsOf = ({ source }: { readonly source: string }) => {
  const all = useGet<{ destinations: readonly Destination[] }>('/destinations', { params: { sourceId: source } })
  const counted = useGet<{ figures: readonly Figures[] }>('/destination-figures', {
    params: { sourceId: source },
    every: 5_000,
  })
  const figures = new Map((counted.data?.figures ?? []).map((one) => [one.destinationId, one]))
  return (
    <Block title="Where its calls go" aside={<Go to="/destinations">All destinations</Go>}>
      <Await of={all}>
        {({ destinations }) =>
          destinations.length === 0 ? (
            <Empty icon="destinations" title="Its calls stay in Usher" action={<Go to="/destinations">Make a destination</Go>}>
              A destination hands them on to another tool.
            </Empty>
          ) : (
            <ul className="list">
              {destinations.map((one) => (
                <Line key={one.id} of={one} figures={figures.get(one.id)} />
              ))}
            </ul>
          )
        }
      </Await>
    </Block>
  )
}
