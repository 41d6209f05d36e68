import { useGet } from '../api.ts'
import '../parts/forms.css'
import '../parts/parts.css'
import './destination.css'
import { Go } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { many } from '../parts/words.ts'
import { Create } from './create.tsx'
import { Line } from './line.tsx'
import type { Destination, Figures, Named, Tool } from './wire.ts'
import { healthOf } from './words.ts'

const factOf = (all: readonly Destination[] | undefined, figures: ReadonlyMap<string, Figures>): string => {
  if (all === undefined) return 'Destinations'
  if (all.length === 0) return 'No destination: what comes in stays in Usher.'
  const states = all.map((one) => healthOf(one, figures.get(one.id)).state)
  const [failing, unsure] = [states.filter((state) => state === 'bad').length, states.filter((state) => state === 'warn').length]
  const only = failing === 1 && all.find((one) => healthOf(one, figures.get(one.id)).state === 'bad')
  if (only) return `${only.name}: calls failed in 24 hours.`
  if (failing > 0) return `${failing} of ${many(all.length, 'destination')} had failures in 24 hours.`
  if (unsure > 0) return `${many(all.length, 'destination')}, ${many(unsure, 'needs a look', 'need a look')}.`
  return `${many(all.length, 'destination')}, nothing wrong with any.`
}

const New = () => {
  const tools = useGet<{ destinationsCatalog: readonly Tool[] }>('/catalog/destinations')
  const sources = useGet<{ sources: readonly Named[] }>('/sources')
  return (
    <Await of={tools}>
      {({ destinationsCatalog }) => (
        <Await of={sources}>
          {({ sources: list }) =>
            list.length === 0 ? (
              <Empty
                icon="sources"
                title="A destination gets the calls of a source"
                action={<Go to="/sources">Make a source</Go>}
              >
                There is none yet.
              </Empty>
            ) : (
              <Create tools={destinationsCatalog} sources={list} />
            )
          }
        </Await>
      )}
    </Await>
  )
}

/** Where calls go: every destination with how it does, and another one. */
export default function Destinations() {
  const all = useGet<{ destinations: readonly Destination[] }>('/destinations')
  const counted = useGet<{ figures: readonly Figures[] }>('/destination-figures', { every: 5_000 })
  const sources = useGet<{ sources: readonly Named[] }>('/sources')
  const names = new Map((sources.data?.sources ?? []).map(({ id, name }) => [id, name]))
  const figures = new Map((counted.data?.figures ?? []).map((one) => [one.destinationId, one]))
  return (
    <Page title="Destinations" tab="Destinations" fact={factOf(all.data?.destinations, figures)}>
      <div className="cols">
        <Block title="Where calls go" aside="in the last 24 hours">
          <Await of={all}>
            {({ destinations }) =>
              destinations.length === 0 ? (
                <Empty icon="destinations" title="A destination hands calls on to another tool">
                  Choose a tool beside this, make the destination, then switch a mapping on: it says which calls become which
                  request.
                </Empty>
              ) : (
                <ul className="list">
                  {destinations.map((one) => (
                    <Line key={one.id} of={one} figures={figures.get(one.id)} source={names.get(one.sourceId) ?? one.sourceId} />
                  ))}
                </ul>
              )
            }
          </Await>
        </Block>
        <Block title="Another one">
          <New />
        </Block>
      </div>
    </Page>
  )
}
