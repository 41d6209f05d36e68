import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { useGo } from '../parts/go.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import '../parts/parts.css'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago, useNow } from '../parts/time.tsx'
import { ago, many } from '../parts/words.ts'
import { RunStatus, rowWords } from './run-words.tsx'
import type { SqlTrait, SqlTraitRun, Warehouse } from './wire.ts'

const Fact = ({ of }: { readonly of: SqlTrait }) => {
  const now = useNow()
  const { lastRun, nextRunAt, enabled } = of
  const next = enabled && nextRunAt ? `runs next ${ago(nextRunAt, now)}` : 'runs no more'
  if (!lastRun) return <>Not run yet; {next}.</>
  if (lastRun.status === 'FAILED')
    return (
      <>
        The last run failed {ago(lastRun.startedAt, now)}; {next}.
      </>
    )
  if (lastRun.status !== 'DONE') return <>It runs now.</>
  return (
    <>
      {many(lastRun.rows, 'row')} {ago(lastRun.startedAt, now)}; {next}.
    </>
  )
}

const Removal = ({ of, close }: { readonly of: SqlTrait; readonly close: () => void }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const remove = () =>
    act(async () => {
      await api.call('DELETE', `/sql-traits/${of.id}`)
      // The list is seen next, and never with what is gone in it.
      queries.removeQueries({ queryKey: ['/sql-traits'] })
      go('/sql-traits')
      await queries.invalidateQueries()
    })
  return (
    <Block title={`Delete “${of.name}”`}>
      <div className="stack">
        <p>
          It runs no more. What it said last ({of.traits.join(', ') || 'nothing yet'}) stays on the profiles as custom traits.
          This cannot be taken back.
        </p>
        {problem && <Failing error={problem} title="It was not deleted" />}
        <div className="row">
          <Button color="red.9" loading={busy} onClick={remove}>
            Delete it
          </Button>
          <Button variant="default" onClick={close}>
            Not now
          </Button>
        </div>
      </div>
    </Block>
  )
}

const Actions = ({ of, remove }: { readonly of: SqlTrait; readonly remove: () => void }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const send = (method: 'POST' | 'PATCH', path: string, body: unknown) =>
    act(async () => {
      await api.call(method, path, body)
      await queries.invalidateQueries()
    })
  return (
    <>
      {problem && <Failing error={problem} title="This was not done" />}
      <Button variant="default" loading={busy} onClick={() => send('POST', `/sql-traits/${of.id}/runs`, { resync: false })}>
        Run now
      </Button>
      <Button
        variant="default"
        title="Runs it, and tells every row again though it is as it was"
        onClick={() => send('POST', `/sql-traits/${of.id}/runs`, { resync: true })}
      >
        Tell everything again
      </Button>
      <Button variant="default" onClick={() => send('PATCH', `/sql-traits/${of.id}`, { enabled: !of.enabled })}>
        {of.enabled ? 'Stop running' : 'Run again'}
      </Button>
      <Button variant="default" onClick={remove}>
        Delete
      </Button>
      <Button onClick={() => go(`/sql-traits/${of.id}/edit`)}>Edit</Button>
    </>
  )
}

const tookWords = ({ startedAt, finishedAt }: SqlTraitRun): string => {
  if (!finishedAt) return ''
  const seconds = (new Date(finishedAt).getTime() - new Date(startedAt).getTime()) / 1_000
  return `took ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
}

const Runs = ({ of }: { readonly of: readonly SqlTraitRun[] }) =>
  of.length === 0 ? (
    <Empty icon="clock" title="Not run yet" />
  ) : (
    <table className="rows">
      <tbody>
        {of.map((run) => (
          <tr key={run.number}>
            <td className="main">
              <div className="row wrap tight">
                <RunStatus of={run} /> <span>{run.status === 'FAILED' ? 'Nothing was told' : rowWords(run)}</span>
              </div>
              {run.error && <div className="sub bad-words">{run.error}</div>}
            </td>
            <td className="num soft">{tookWords(run)}</td>
            <td className="num soft">
              <Ago at={run.startedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )

const Facts = ({ of, warehouse }: { readonly of: SqlTrait; readonly warehouse: Warehouse | undefined }) => (
  <Block title="What it is">
    <dl className="pairs">
      <dt>Traits</dt>
      <dd>{of.traits.join(', ') || 'known after the first run'}</dd>
      <dt>Warehouse</dt>
      <dd>{warehouse?.name ?? '…'}</dd>
      <dt>Runs at</dt>
      <dd>{of.times.join(', ')} UTC</dd>
      <dt>Runs next</dt>
      <dd>
        <Ago at={of.nextRunAt} />
      </dd>
      <dt>Made by</dt>
      <dd>{of.createdBy}</dd>
    </dl>
  </Block>
)

/** One SQL trait: what it tells, its runs with what each changed, and why one failed. */
export default function SqlTraitPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const [removing, setRemoving] = useState(false)
  const found = useGet<{ sqlTrait: SqlTrait }>(`/sql-traits/${id}`, { every: 2_000 })
  const runs = useGet<{ runs: readonly SqlTraitRun[] }>(`/sql-traits/${id}/runs`, { every: 2_000 })
  const warehouses = useGet<{ warehouses: readonly Warehouse[] }>('/warehouses').data?.warehouses
  const trait = found.data?.sqlTrait
  return (
    <Page
      title={
        <Trail to="/sql-traits" of="Traits from SQL">
          {trait ? (
            <>
              <strong>{trait.name}</strong> {!trait.enabled && <Status of="disabled" />}
            </>
          ) : (
            '…'
          )}
        </Trail>
      }
      tab={trait?.name ?? 'SQL trait'}
      fact={trait ? <Fact of={trait} /> : 'SQL trait'}
      below={trait?.description}
      actions={trait && <Actions of={trait} remove={() => setRemoving(true)} />}
    >
      <Await of={found}>
        {({ sqlTrait }) => (
          <>
            {removing && <Removal of={sqlTrait} close={() => setRemoving(false)} />}
            <div className="cols side-right">
              <div className="stack">
                <Block title="Last runs" flush>
                  <Await of={runs}>{({ runs: all }) => <Runs of={all} />}</Await>
                </Block>
                <Block title="Query">
                  <pre style={{ whiteSpace: 'pre-wrap' }}>{sqlTrait.query}</pre>
                </Block>
              </div>
              <Facts of={sqlTrait} warehouse={warehouses?.find((each) => each.id === sqlTrait.warehouseId)} />
            </div>
          </>
        )}
      </Await>
    </Page>
  )
}
