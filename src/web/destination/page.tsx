import { useParams, useRouterState } from '@tanstack/react-router'
import { useGet } from '../api.ts'
import '../parts/forms.css'
import '../parts/parts.css'
import './destination.css'
import { Go } from '../parts/go.tsx'
import { Page, Tabs, Trail } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import { Deliveries } from './deliveries.tsx'
import { Filters } from './filters.tsx'
import { Mappings } from './mappings.tsx'
import { Replays } from './replays.tsx'
import { Settings } from './settings.tsx'
import { Tester } from './tester.tsx'
import type { Destination, Figures, Tool } from './wire.ts'
import { figuresInWords, healthOf } from './words.ts'

const Opened = ({ of, tool }: { readonly of: Destination; readonly tool: Tool }) => {
  const counted = useGet<{ figures: readonly Figures[] }>('/destination-figures', {
    params: { sourceId: of.sourceId },
    every: 2_000,
  })
  const source = useGet<{ source: { readonly name: string } }>(`/sources/${of.sourceId}`)
  const figures = counted.data?.figures.find(({ destinationId }) => destinationId === of.id)
  return (
    <Page
      title={
        <Trail to="/destinations" of="Destinations">
          {of.name}
        </Trail>
      }
      tab={of.name}
      fact={`${of.name}: ${healthOf(of, figures).words}.`}
      below={
        <>
          The calls of <Go to={`/sources/${of.sourceId}?tab=destinations`}>{source.data?.source.name ?? of.sourceId}</Go> go to{' '}
          {tool.name}
          {figures && `: ${figuresInWords(figures)} in 24 hours`}.
        </>
      }
    >
      <Tabs
        of={[
          { key: 'mappings', label: 'Mappings', body: () => <Mappings of={of} tool={tool} /> },
          { key: 'filters', label: 'Filters', body: () => <Filters of={of} /> },
          { key: 'deliveries', label: 'Deliveries', body: () => <Deliveries of={of} /> },
          { key: 'test', label: 'Test', body: () => <Tester of={of} tool={tool} /> },
          { key: 'replay', label: 'Replay', body: () => <Replays of={of} tool={tool} /> },
          { key: 'settings', label: 'Settings', body: () => <Settings of={of} tool={tool} /> },
        ]}
      />
    </Page>
  )
}

/** One destination: what it gets, what it does not get, what became of each call, and its settings. */
export default function DestinationPage() {
  const { id } = useParams({ strict: false }) as { readonly id: string }
  const path = useRouterState({ select: (state) => state.location.pathname })
  const destination = useGet<{ destination: Destination }>(`/destinations/${encodeURIComponent(id)}`)
  const tools = useGet<{ destinationsCatalog: readonly Tool[] }>('/catalog/destinations')
  // The address changes before the page does: of a destination that was just deleted nothing is asked any more.
  if (path !== `/destinations/${id}`) return null
  return (
    <Await of={destination}>
      {({ destination: of }) => (
        <Await of={tools}>
          {({ destinationsCatalog }) => {
            const tool = destinationsCatalog.find(({ slug }) => slug === of.metadata.slug)
            return tool ? <Opened of={of} tool={tool} /> : null
          }}
        </Await>
      )}
    </Await>
  )
}
