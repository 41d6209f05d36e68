import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useApi, useGet } from '../api.ts'
import '../parts/forms.css'
import '../parts/parts.css'
import { useActing } from '../parts/acting.ts'
import { Go } from '../parts/go.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'
import { Create } from './create.tsx'
import type { Transformation } from './wire.ts'
import { wordsOf } from './words.ts'

type Named = { readonly id: string; readonly name: string }

const Line = ({ of, source }: { readonly of: Transformation; readonly source: string }) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const then = (work: Promise<unknown>): Promise<void> =>
    work.then(() => queries.invalidateQueries({ queryKey: ['/transformations'] }))
  return (
    <li className="wrap from-top">
      <div className="grow">
        <strong>{of.name}</strong> {!of.enabled && <span className="dim">off</span>}
        <div className="small">
          <Go to={`/sources/${of.sourceId}`}>{source}</Go>
          {of.destinationMetadataId && ` on the way to ${of.destinationMetadataId}`}, where <span className="mono">{of.if}</span>:{' '}
          {wordsOf(of).join('; ')}
        </div>
      </div>
      <Button
        size="xs"
        variant="default"
        disabled={busy}
        aria-label={`Switch ${of.enabled ? 'off' : 'on'} ${of.name}`}
        onClick={() => act(() => then(api.call('PATCH', `/transformations/${of.id}`, { enabled: !of.enabled })))}
      >
        {of.enabled ? 'Switch off' : 'Switch on'}
      </Button>
      {!of.enabled && (
        <Button
          size="xs"
          variant="default"
          disabled={busy}
          aria-label={`Delete ${of.name}`}
          onClick={() => act(() => then(api.call('DELETE', `/transformations/${of.id}`)))}
        >
          Delete
        </Button>
      )}
      {problem && <Failing error={problem} title="It was not changed" />}
    </li>
  )
}

const factOf = (all: readonly Transformation[] | undefined): string => {
  if (all === undefined) return 'Transformations'
  const on = all.filter(({ enabled }) => enabled).length
  if (all.length === 0) return 'No transformation: calls are stored as they come.'
  return on === all.length ? `${many(on, 'transformation')}, all on.` : `${many(all.length, 'transformation')}, ${on} on.`
}

/** What is changed in calls before they are stored, and another transformation (spec/connections §1.7). */
export default function Transformations() {
  const all = useGet<{ transformations: readonly Transformation[] }>('/transformations')
  const sources = useGet<{ sources: readonly Named[] }>('/sources')
  const names = new Map((sources.data?.sources ?? []).map(({ id, name }) => [id, name]))
  return (
    <Page
      title={
        <Trail to="/sources" of="Sources">
          Transformations
        </Trail>
      }
      tab="Transformations"
      fact={factOf(all.data?.transformations)}
    >
      <div className="cols">
        <Block title="What is changed before anything is stored">
          <Await of={all}>
            {({ transformations }) =>
              transformations.length === 0 ? (
                <Empty icon="pencil" title="A transformation mends what a source sends">
                  Rename an event or a property, set or hash a value, or drop a call, without a release of the app that sends it.
                </Empty>
              ) : (
                <ul className="list">
                  {transformations.map((one) => (
                    <Line key={one.id} of={one} source={names.get(one.sourceId) ?? one.sourceId} />
                  ))}
                </ul>
              )
            }
          </Await>
        </Block>
        <Block title="Another one">
          <Await of={sources}>{({ sources: list }) => <Create sources={list} />}</Await>
        </Block>
      </div>
    </Page>
  )
}
