import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useApi, useGet } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Page, Trail } from '../parts/page.tsx'
import '../parts/parts.css'
import { Await } from '../parts/state.tsx'
import type { Audience } from '../wire.ts'
import { Builder, type Draft, draftOf } from './builder/builder.tsx'
import { closed } from './builder/draft.ts'
import { type Base, useKept } from './builder/kept.ts'

const begun = ({ name, description, definition, version, audienceType }: Audience) => {
  const draft = draftOf(name, description, definition.condition, audienceType)
  return { draft, base: { name, description, saved: JSON.stringify(closed(draft.condition)), version } }
}

// Only what was changed is sent, so that what somebody else changed stays.
const changesOf = ({ name, description, condition }: Draft, base: Base, over: boolean) => {
  const written = closed(condition)
  return {
    ...(name.trim() === base.name ? {} : { name: name.trim() }),
    ...(description === base.description ? {} : { description }),
    ...(JSON.stringify(written) === base.saved
      ? {}
      : { definition: { condition: written }, ...(over ? {} : { version: base.version }) }),
  }
}

const Resumed = ({ beginAnew }: { readonly beginAnew: () => void }) => (
  <div className="notice" role="note">
    <p>You wrote this before and did not save it.</p>
    <Button variant="default" size="xs" onClick={beginAnew}>
      Begin with what is in force
    </Button>
  </div>
)

const Editor = ({ audience }: { readonly audience: Audience }) => {
  const { id } = audience
  const { draft, base = begun(audience).base, set, forget, beginAnew, isResumed } = useKept(id, () => begun(audience))
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const back = (): void => {
    forget()
    go(`/audiences/${id}`)
  }
  const save = async (next: Draft, over: boolean): Promise<void> => {
    await api.call('PATCH', `/audiences/${id}`, changesOf(next, base, over))
    await queries.invalidateQueries()
    back()
  }
  return (
    <>
      {isResumed && <Resumed beginAnew={beginAnew} />}
      <Builder
        key={isResumed ? 'resumed' : 'begun'}
        draft={draft}
        set={set}
        save={save}
        saveLabel="Save changes"
        cancel={back}
        edited={{ id, saved: base.saved }}
      />
    </>
  )
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
