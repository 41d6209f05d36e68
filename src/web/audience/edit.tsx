import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Page, Trail } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import type { Audience } from '../wire.ts'
import { Builder, type Draft, draftOf } from './builder/builder.tsx'
import { closed } from './builder/draft.ts'

const Editor = ({ audience }: { readonly audience: Audience }) => {
  const [draft, set] = useState(() =>
    draftOf(audience.name, audience.description, audience.definition.condition, audience.audienceType),
  )
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const back = (): void => go(`/audiences/${audience.id}`)
  const save = async ({ name, description, condition }: Draft): Promise<void> => {
    const body = { name: name.trim(), description, definition: { condition: closed(condition) } }
    await api.call('PATCH', `/audiences/${audience.id}`, body)
    await queries.invalidateQueries()
    back()
  }
  return <Builder draft={draft} set={set} save={save} saveLabel="Save changes" cancel={back} fixed />
}

/** Rewrites an audience; who enters and exits by it is computed at once. */
export default function EditAudience() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useGet<{ audience: Audience }>(`/audiences/${id}`)
  return (
    <Page
      title={
        <Trail to="/audiences" of="Audiences">
          Edit
        </Trail>
      }
      tab="Edit audience"
      fact={found.data?.audience.name ?? 'Edit audience'}
      below="Whoever the new sentence lets in or out enters or exits at the next evaluation, and journeys hear of it."
    >
      <Await of={found}>{({ audience }) => <Editor key={audience.id} audience={audience} />}</Await>
    </Page>
  )
}
