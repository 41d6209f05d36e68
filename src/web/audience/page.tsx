import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useApi, useGet } from '../api.ts'
import { Destinations } from '../connection/destinations.tsx'
import { useActing } from '../parts/acting.ts'
import { Delta } from '../parts/figures.tsx'
import { Go, useGo } from '../parts/go.tsx'
import { Block, Page, Tabs, Trail } from '../parts/page.tsx'
import { Await, Failing, Loading } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { useNow } from '../parts/time.tsx'
import { freshness, number } from '../parts/words.ts'
import type { Audience } from '../wire.ts'
import { CloneButton } from './clone.tsx'
import { ComputingNow, Mode } from './computing.tsx'
import { HowEvaluated } from './evaluation.tsx'
import { TestPerson } from './explain.tsx'
import { Export } from './export.tsx'
import { Insights } from './insights.tsx'
import { Changes, Members } from './members.tsx'
import { movedWords, whoOf } from './moved.ts'
import { RemoveButton } from './remove.tsx'
import { UsedBy, type User } from './used-by.tsx'
import { Versions } from './versions.tsx'

const SizeChart = lazy(() => import('./size-chart.tsx'))

const moreOrFewer = (net: number): string =>
  net === 0 ? 'as many as yesterday' : net > 0 ? `${number(net)} more than yesterday` : `${number(-net)} fewer than yesterday`

const Fact = ({ of }: { readonly of: Audience }) => {
  const now = useNow()
  const net = (of.changes24h?.entered ?? 0) - (of.changes24h?.exited ?? 0)
  return (
    <>
      {whoOf(of)}, {moreOrFewer(net)}; {freshness(of, now, 'evaluated')}.
    </>
  )
}

const useUsers = (of: Audience): readonly User[] =>
  useGet<{ usedBy: readonly User[] }>(`/audiences/${of.id}/audience-references`, { params: { count: 1 } }).data?.usedBy ?? []

const Actions = ({ of }: { readonly of: Audience }) => {
  const users = useUsers(of)
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
        onClick={() => send('POST', `/audiences/${of.id}/runs`, {})}
        title="Asks the condition of everybody"
      >
        Evaluate now
      </Button>
      <Button variant="default" disabled={busy} onClick={() => send('PATCH', `/audiences/${of.id}`, { enabled: !of.enabled })}>
        {of.enabled ? 'Stop updating' : 'Update again'}
      </Button>
      <CloneButton of={of} />
      <RemoveButton of={of} noun="audiences" users={users} who={whoOf(of)} />
      <Button onClick={() => go(`/audiences/${of.id}/edit`)}>Edit</Button>
    </>
  )
}

const Summary = ({ of, users }: { readonly of: Audience; readonly users: readonly User[] }) => (
  <div className="cols side-right">
    <Block title="Size over 30 days">
      <Suspense fallback={<Loading lines={5} />}>
        <SizeChart audience={of.id} of={of.audienceType === 'ACCOUNTS' ? 'accounts' : 'people'} />
      </Suspense>
    </Block>
    <div className="stack">
      <Block title="In 24 hours">
        <Go to={`/audiences/${of.id}?tab=changes`}>
          <Delta entered={of.changes24h?.entered ?? 0} exited={of.changes24h?.exited ?? 0} />
        </Go>
      </Block>
      <Block title="Used by">
        <UsedBy of={users} nobody="Nothing uses it yet." />
      </Block>
    </div>
  </div>
)

const Used = ({ of }: { readonly of: Audience }) => <Summary of={of} users={useUsers(of)} />

const tabsOf = (audience: Audience) => [
  {
    key: 'members',
    label: 'Members',
    body: () => (
      <Block flush>
        <Members audience={audience.id} place={audience.audienceType === 'ACCOUNTS' ? '/accounts' : '/people'} />
      </Block>
    ),
  },
  {
    key: 'changes',
    label: 'Entered and exited',
    body: () => (
      <Block flush>
        <Changes audience={audience.id} place={audience.audienceType === 'ACCOUNTS' ? '/accounts' : '/people'} />
      </Block>
    ),
  },
  {
    key: 'test',
    label: 'Why',
    body: () => (
      <Block>
        <TestPerson audience={audience.id} place={audience.audienceType === 'ACCOUNTS' ? '/accounts' : '/people'} />
      </Block>
    ),
  },
  ...(audience.audienceType === 'ACCOUNTS'
    ? []
    : [{ key: 'destinations', label: 'Destinations', body: () => <Destinations of={audience} noun="audiences" /> }]),
  { key: 'insights', label: 'Insights', body: () => <Insights of={audience} /> },
  {
    key: 'versions',
    label: 'Versions',
    body: () => <Versions of={audience} effectWords={(effect) => movedWords(effect, audience.audienceType)} />,
  },
  { key: 'export', label: 'Export', body: () => <Export of={audience} /> },
  {
    key: 'evaluations',
    label: 'Evaluation',
    body: () => <HowEvaluated of={audience} />,
  },
  {
    key: 'query',
    label: 'Query',
    body: () => <pre style={{ whiteSpace: 'pre-wrap' }}>{audience.definition.query}</pre>,
  },
  {
    key: 'json',
    label: 'JSON',
    body: () => <pre>{JSON.stringify(audience.definition.condition, null, 2)}</pre>,
  },
]

const One = ({ id }: { readonly id: string }) => {
  const found = useGet<{ audience: Audience }>(`/audiences/${id}`, { every: 3_000 })
  const audience = found.data?.audience
  if (!audience)
    return (
      <Page
        title={
          <Trail to="/audiences" of="Audiences">
            …
          </Trail>
        }
        tab="Audience"
        fact="Audience"
      >
        <Await of={found}>{() => null}</Await>
      </Page>
    )
  return (
    <Page
      title={
        <Trail to="/audiences" of="Audiences">
          <strong>{audience.name}</strong> <Status of={audience.enabled ? audience.status : 'disabled'} /> <Mode of={audience} />
        </Trail>
      }
      tab={audience.name}
      fact={<Fact of={audience} />}
      below={audience.sentence}
      actions={<Actions of={audience} />}
    >
      {['failed', 'error'].includes(audience.status.toLowerCase()) && (
        <div className="failing" role="alert">
          <div>
            <strong>It cannot be evaluated and keeps its last members.</strong>
            <p>{audience.reason}</p>
          </div>
        </div>
      )}
      {audience.computation && <ComputingNow of={audience.computation} />}
      <Used of={audience} />
      <div>
        <Tabs of={tabsOf(audience)} />
      </div>
    </Page>
  )
}

/** One audience: how many and how fresh, how it went, who is in, who moved, and why anybody is or is not in. */
export default function AudiencePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  // Going on to another begins anew: a dialog that is open is about the one before.
  return <One key={id} id={id} />
}
