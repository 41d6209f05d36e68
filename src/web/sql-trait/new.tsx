import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Page, Trail } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { type Draft, Editor, timesOf } from './editor.tsx'
import type { SqlTrait, Warehouse } from './wire.ts'

const EXAMPLE = 'select user_id, lifetime_value, last_store\nfrom customers\nwhere user_id is not null'

const Making = ({ warehouses }: { readonly warehouses: readonly Warehouse[] }) => {
  const [draft, set] = useState<Draft>({
    ...{ name: '', description: '', query: EXAMPLE, times: '00:00, 12:00' },
    warehouseId: warehouses[0]?.id ?? '',
  })
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const save = async (made: Draft): Promise<void> => {
    const { name, description, warehouseId, query } = made
    const body = { name: name.trim(), description, warehouseId, query, times: timesOf(made) }
    const { data } = await api.call<{ data: { sqlTrait: SqlTrait } }>('POST', '/sql-traits', body)
    await queries.invalidateQueries()
    go(`/sql-traits/${data.sqlTrait.id}`)
  }
  return (
    <Editor
      draft={draft}
      set={set}
      warehouses={warehouses}
      fixed={false}
      save={save}
      saveLabel="Save and run"
      cancel={() => go('/sql-traits')}
    />
  )
}

/** Makes a SQL trait: a query, looked at before it is saved. */
export default function NewSqlTrait() {
  const go = useGo()
  const found = useGet<{ warehouses: readonly Warehouse[] }>('/warehouses')
  return (
    <Page
      title={
        <Trail to="/sql-traits" of="Traits from SQL">
          New
        </Trail>
      }
      tab="New SQL trait"
      fact="Ask your own database."
      below="Each column becomes a trait of the people in the rows. Saving runs it once, and then at its times."
    >
      <Await of={found}>
        {({ warehouses }) =>
          warehouses.length === 0 ? (
            <Empty
              icon="sources"
              title="No warehouse yet"
              action={<Button onClick={() => go('/warehouses')}>Connect one first</Button>}
            />
          ) : (
            <Making warehouses={warehouses} />
          )
        }
      </Await>
    </Page>
  )
}
