import { Button } from '@mantine/core'
import { useGet } from '../api.ts'
import { Go, useGo } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import '../parts/parts.css'
import { Siblings, TRAITS } from '../parts/siblings.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { many, number } from '../parts/words.ts'
import { RunStatus, rowWords } from './run-words.tsx'
import type { SqlTrait, Warehouse } from './wire.ts'

const factOf = (traits: readonly SqlTrait[] | undefined): string => {
  if (!traits) return 'SQL traits'
  if (traits.length === 0) return 'No SQL trait yet.'
  const failed = traits.filter(({ lastRun }) => lastRun?.status === 'FAILED').length
  const off = traits.filter(({ enabled }) => !enabled).length
  const how = [
    failed > 0 && `${many(failed, 'query', 'queries')} failed`,
    off > 0 && `${number(off)} ${off === 1 ? 'runs' : 'run'} no more`,
  ].filter(Boolean)
  return `${many(traits.length, 'SQL trait')}; ${how.join(', ') || 'none of them failed'}.`
}

const Row = ({ of, warehouse }: { readonly of: SqlTrait; readonly warehouse: Warehouse | undefined }) => (
  <tr>
    <td className="main">
      <div className="row wrap tight">
        <Go to={`/sql-traits/${of.id}`} className="name">
          {of.name}
        </Go>
        {!of.enabled && <Status of="disabled" />}
        {of.lastRun && of.lastRun.status !== 'DONE' && <RunStatus of={of.lastRun} />}
      </div>
      <div className="sub">{of.traits.length > 0 ? of.traits.join(', ') : of.description}</div>
      {of.lastRun?.error && <div className="sub bad-words">{of.lastRun.error}</div>}
    </td>
    <td className="soft">{warehouse?.name}</td>
    <td className="soft">{of.lastRun?.status === 'DONE' ? rowWords(of.lastRun) : ''}</td>
    <td className="num soft" data-label="last run">
      <Ago at={of.lastRun?.startedAt} />
    </td>
    <td className="num soft" data-label="next run">
      <Ago at={of.nextRunAt} />
    </td>
  </tr>
)

/** Every SQL trait: what it tells, how its last run went, when it runs next. */
export default function SqlTraitList() {
  const found = useGet<{ sqlTraits: readonly SqlTrait[] }>('/sql-traits', { every: 5_000 })
  const warehouses = useGet<{ warehouses: readonly Warehouse[] }>('/warehouses').data?.warehouses
  const go = useGo()
  const isConnected = (warehouses?.length ?? 0) > 0
  const create = isConnected ? (
    <Button onClick={() => go('/sql-traits/new')}>New SQL trait</Button>
  ) : (
    <Button onClick={() => go('/warehouses')}>Connect a warehouse first</Button>
  )
  return (
    <Page title="Traits" tab="SQL traits" fact={factOf(found.data?.sqlTraits)} actions={warehouses && create}>
      <div className="filters">
        <Siblings of={TRAITS} />
      </div>
      <Block flush>
        <Await of={found}>
          {({ sqlTraits }) =>
            sqlTraits.length === 0 ? (
              <Empty icon="trait" title="No SQL trait yet" action={warehouses && create}>
                A query against your own database, asked a few times a day; its columns become traits of the people in its rows.
              </Empty>
            ) : (
              <table className="rows">
                <thead>
                  <tr>
                    <th>SQL trait</th>
                    <th>Warehouse</th>
                    <th>Last run</th>
                    <th className="num">Ran</th>
                    <th className="num">Runs next</th>
                  </tr>
                </thead>
                <tbody>
                  {sqlTraits.map((each) => (
                    <Row key={each.id} of={each} warehouse={warehouses?.find(({ id }) => id === each.warehouseId)} />
                  ))}
                </tbody>
              </table>
            )
          }
        </Await>
      </Block>
    </Page>
  )
}
