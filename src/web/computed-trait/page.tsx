import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useApi, useGet } from '../api.ts'
import { CloneButton } from '../audience/clone.tsx'
import { RemoveButton } from '../audience/remove.tsx'
import { UsedBy } from '../audience/used-by.tsx'
import { Versions } from '../audience/versions.tsx'
import { Destinations } from '../connection/destinations.tsx'
import { useActing } from '../parts/acting.ts'
import { useGo } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block, Page, Tabs, Trail } from '../parts/page.tsx'
import '../parts/parts.css'
import { Await, Failing } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago, useNow } from '../parts/time.tsx'
import { freshness, many, number } from '../parts/words.ts'
import { People } from './people.tsx'
import { SpreadBars } from './spread.tsx'
import type { ComputedTrait, Spread, TraitFigures } from './wire.ts'
import { kindOf, numberWords, whoWords } from './words.ts'

const Fact = ({ of, spread }: { readonly of: ComputedTrait; readonly spread: Spread | undefined }) => {
  const now = useNow()
  const fresh = freshness(of, now, 'computed')
  if (!spread) return <>{of.name}</>
  return (
    <>
      {whoWords(spread.people, of.definition.type)} {spread.people === 1 ? 'has' : 'have'} it{numberWords(spread.numbers)};{' '}
      {fresh}.
    </>
  )
}

const Actions = ({ of, figures }: { readonly of: ComputedTrait; readonly figures: TraitFigures | undefined }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const send = (method: 'POST' | 'PATCH', path: string, body: unknown): void =>
    act(async () => {
      await api.call(method, path, body)
      await queries.invalidateQueries()
    })
  return (
    <>
      {problem && <Failing error={problem} title="This was not done" />}
      <Button
        variant="default"
        disabled={busy}
        onClick={() => send('POST', `/computed-traits/${of.id}/runs`, {})}
        title="Computes everybody’s value anew"
      >
        Compute now
      </Button>
      <Button
        variant="default"
        disabled={busy}
        onClick={() => send('PATCH', `/computed-traits/${of.id}`, { enabled: !of.enabled })}
      >
        {of.enabled ? 'Stop updating' : 'Update again'}
      </Button>
      <CloneButton of={of} noun="computed-traits" />
      <RemoveButton
        of={of}
        noun="computed-traits"
        users={figures?.usedBy ?? []}
        who={whoWords(figures?.people ?? 0, of.definition.type)}
      />
      <Button onClick={() => go(`/computed-traits/${of.id}/edit`)}>Edit</Button>
    </>
  )
}

const CAUSES: Readonly<Record<string, string>> = { new: 'It is new', edit: 'It was edited', check: 'Everybody is computed anew' }

const Computing = ({ of }: { readonly of: ComputedTrait }) => {
  const { computation } = of
  if (!computation) return null
  const { phase, percent, cause, askedBy, place } = computation
  const where =
    phase === 'waiting'
      ? `it waits for a place${place === undefined ? '' : `, as number ${number(place)}`}`
      : `${number(percent)} % done`
  return (
    <p>
      {CAUSES[cause] ?? cause}: {where}. Asked for by {askedBy}.
    </p>
  )
}

const DriftLine = ({ of }: { readonly of: TraitFigures }) => {
  if (of.drift === undefined) return <dd className="dim">not looked at yet</dd>
  return of.drift === 0 ? (
    <dd className="tone-good">none: every kept value was what it should be</dd>
  ) : (
    <dd className="tone-bad">{many(of.drift, 'value was', 'values were')} other than kept, and put right</dd>
  )
}

/** How it is computed, and what the nightly look at everybody found. */
const Evaluation = ({ of, figures }: { readonly of: ComputedTrait; readonly figures: TraitFigures | undefined }) => {
  const { type, because } = of.computeCadence
  return (
    <Block title="How it is computed">
      <Computing of={of} />
      <dl className="pairs">
        <dt>Exact</dt>
        <dd>
          <Ago at={of.evaluatedAt} />,{' '}
          {of.options.recompute ? `anew every ${of.options.recompute.every}` : 'as events arrive and time passes'}
        </dd>
        <dt>At Segment</dt>
        <dd>{type === 'BATCH' ? `it would be batch, for ${because.join(' and ')}` : 'it would be real-time'}</dd>
        <dt>Everybody anew</dt>
        <dd>
          <Ago at={figures?.checkedAt} />; once a night, and when it is edited
        </dd>
        <dt>Drift found</dt>
        {figures ? <DriftLine of={figures} /> : <dd className="dim">…</dd>}
      </dl>
      <h3 className="spaced">As text</h3>
      <pre style={{ whiteSpace: 'pre-wrap' }}>{of.definition.query}</pre>
    </Block>
  )
}

const effectWords = ({ changed = 0, kept = 0 }: Readonly<Record<string, number>>): string =>
  changed === 0
    ? `No value changes by it; ${many(kept, 'stays', 'stay')}.`
    : `${many(changed, 'value changes', 'values change')}, ${many(kept, 'stays', 'stay')}.`

const tabsOf = (trait: ComputedTrait, figures: TraitFigures | undefined) => [
  {
    key: 'people',
    label: trait.definition.type === 'ACCOUNTS' ? 'Accounts' : 'People',
    body: () => (
      <Block flush>
        <People trait={trait.id} about={trait.definition.type} />
      </Block>
    ),
  },
  ...(trait.definition.type === 'ACCOUNTS'
    ? []
    : [{ key: 'destinations', label: 'Destinations', body: () => <Destinations of={trait} noun="computed-traits" /> }]),
  { key: 'versions', label: 'Versions', body: () => <Versions of={trait} noun="computed-traits" effectWords={effectWords} /> },
  { key: 'evaluation', label: 'Evaluation', body: () => <Evaluation of={trait} figures={figures} /> },
  { key: 'json', label: 'JSON', body: () => <pre>{JSON.stringify(trait.definition, null, 2)}</pre> },
]

const nobody = ({ key }: ComputedTrait): string => `Nothing asks for it yet. Templates may: they say {{ profile.traits.${key} }}.`

const Summary = ({
  of,
  spread,
  figures,
}: {
  readonly of: ComputedTrait
  readonly spread: Spread | undefined
  readonly figures: TraitFigures | undefined
}) => (
  <div className="cols side-right">
    <Block title="How the values are spread">
      {spread ? <SpreadBars of={spread} at={`/computed-traits/${of.id}`} /> : <p className="dim">…</p>}
    </Block>
    <div className="stack">
      <Block title="What it is">
        <dl className="pairs">
          <dt>Kind</dt>
          <dd>{kindOf(of)}</dd>
          <dt>Key</dt>
          <dd className="mono">{of.key}</dd>
          {of.description && <dt>For</dt>}
          {of.description && <dd>{of.description}</dd>}
        </dl>
      </Block>
      <Block title="Used by">{figures ? <UsedBy of={figures.usedBy} nobody={nobody(of)} /> : <p className="dim">…</p>}</Block>
    </div>
  </div>
)

const Trouble = ({ of, figures }: { readonly of: ComputedTrait; readonly figures: TraitFigures | undefined }) => (
  <>
    {['failed', 'error'].includes(of.status.toLowerCase()) && (
      <div className="failing" role="alert">
        <div>
          <strong>It cannot be computed and keeps its last values.</strong>
          <p>{of.reason}</p>
        </div>
      </div>
    )}
    {(figures?.drift ?? 0) > 0 && (
      <div className="notice" role="note">
        <Icon name="warn" />
        <p>
          The last look at everybody found {many(figures?.drift ?? 0, 'value')} to be other than kept. They are right now; please
          report it, for there should be none.
        </p>
      </div>
    )}
  </>
)

// Looking at every value is not free, so it is done now and then, often only while the first values are awaited, and at once when it is another.
const useSpread = (id: string, trait: ComputedTrait | undefined): Spread | undefined => {
  const awaited = trait !== undefined && (trait.status !== 'Live' || trait.evaluatedAt === undefined)
  const { data, refetch } = useGet<{ spread: Spread }>(`/computed-traits/${id}/spread`, { every: awaited ? 2_000 : 20_000 })
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew when these change
  useEffect(() => void refetch(), [trait?.status, trait?.version])
  return data?.spread
}

const One = ({ id }: { readonly id: string }) => {
  const found = useGet<{ computedTrait: ComputedTrait }>(`/computed-traits/${id}`, { every: 3_000 })
  const spread = useSpread(id, found.data?.computedTrait)
  const trait = found.data?.computedTrait
  const every = trait?.computation ? 2_000 : 10_000
  const all = useGet<{ figures: readonly TraitFigures[] }>('/computed-trait-figures', { every }).data?.figures
  const figures = all?.find((each) => each.id === trait?.id)
  return (
    <Page
      title={
        <Trail to="/computed-traits" of="Traits">
          {trait ? (
            <>
              <strong>{trait.name}</strong> <Status of={trait.enabled ? trait.status : 'disabled'} />
            </>
          ) : (
            '…'
          )}
        </Trail>
      }
      tab={trait?.name ?? 'Computed trait'}
      fact={trait ? <Fact of={trait} spread={spread} /> : 'Computed trait'}
      below={trait?.sentence}
      actions={trait && <Actions of={trait} figures={figures} />}
    >
      <Await of={found}>
        {({ computedTrait }) => (
          <>
            <Trouble of={computedTrait} figures={figures} />
            <Summary of={computedTrait} spread={spread} figures={figures} />
            <div>
              <Tabs of={tabsOf(computedTrait, figures)} />
            </div>
          </>
        )}
      </Await>
    </Page>
  )
}

/** One computed trait: who has it, how its values are spread, who uses it, how it went. */
export default function ComputedTraitPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  // Going on to another begins anew: a dialog that is open is about the one before.
  return <One key={id} id={id} />
}
