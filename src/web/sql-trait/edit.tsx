import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Page, Trail } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import { type Draft, Editor, timesOf } from './editor.tsx'
import type { SqlTrait, Warehouse } from './wire.ts'

const Changing = ({ trait, warehouses }: { readonly trait: SqlTrait; readonly warehouses: readonly Warehouse[] }) => {
  const { id, name, description, warehouseId, query, times } = trait
  const [draft, set] = useState<Draft>({ name, description, warehouseId, query, times: times.join(', ') })
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const back = (): void => go(`/sql-traits/${id}`)
  const save = async (next: Draft): Promise<void> => {
    const body = { name: next.name.trim(), description: next.description, query: next.query, times: timesOf(next) }
    await api.call('PATCH', `/sql-traits/${id}`, body)
    await queries.invalidateQueries()
    back()
  }
  return <Editor draft={draft} set={set} warehouses={warehouses} fixed save={save} saveLabel="Save changes" cancel={back} />
}

/** Changes a SQL trait from its next run on. */
export default function EditSqlTrait() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useGet<{ sqlTrait: SqlTrait }>(`/sql-traits/${id}`)
  const warehouses = useGet<{ warehouses: readonly Warehouse[] }>('/warehouses').data?.warehouses ?? []
  return (
    <Page
      title={
        <Trail to="/sql-traits" of="Traits from SQL">
          Edit
        </Trail>
      }
      tab="Edit SQL trait"
      fact={found.data?.sqlTrait.name ?? 'Edit SQL trait'}
      below="It holds from the next run on. A trait whose column is gone is taken away from everybody."
    >
      <Await of={found}>{({ sqlTrait }) => <Changing key={sqlTrait.id} trait={sqlTrait} warehouses={warehouses} />}</Await>
    </Page>
  )
}
