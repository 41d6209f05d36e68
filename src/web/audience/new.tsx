import { useQueryClient } from '@tanstack/react-query'
import { useApi } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Page, Trail } from '../parts/page.tsx'
import type { Audience } from '../wire.ts'
import { Builder, type Draft, draftOf } from './builder/builder.tsx'
import { closed } from './builder/draft.ts'
import { useKept } from './builder/kept.ts'

/** Makes an audience. What is being written is kept in this browser until it is saved or thrown away. */
export default function NewAudience() {
  const { draft, set, forget } = useKept('new', () => ({ draft: draftOf() }))
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const save = async ({ name, description, condition, about }: Draft): Promise<void> => {
    const body = { name: name.trim(), description, definition: { condition: closed(condition) }, audienceType: about }
    const { data } = await api.call<{ data: { audience: Audience } }>('POST', '/audiences', body)
    forget()
    await queries.invalidateQueries()
    go(`/audiences/${data.audience.id}`)
  }
  const cancel = (): void => {
    forget()
    go('/audiences')
  }
  return (
    <Page
      title={
        <Trail to="/audiences" of="Audiences">
          New
        </Trail>
      }
      tab="New audience"
      fact={draft.name.trim() || 'Say whom you mean.'}
      below="Write the sentence; the people in it are counted as you go. Saving sends nothing to anybody."
    >
      <Builder draft={draft} set={set} save={save} saveLabel="Save audience" cancel={cancel} />
    </Page>
  )
}
