import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Page, Trail } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import { Builder } from './builder/builder.tsx'
import { type Draft, definitionOf, draftOf } from './builder/draft.ts'
import type { ComputedTrait } from './wire.ts'

const Editor = ({ trait: now }: { readonly trait: ComputedTrait }) => {
  // What the edit began with: the page goes on asking, and what others save meanwhile is not what was edited.
  const [trait] = useState(now)
  const [draft, set] = useState(() => draftOf(trait))
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const back = (): void => go(`/computed-traits/${trait.id}`)
  const save = async (next: Draft): Promise<void> => {
    const { name, description } = next
    // What was chosen before and is not now is taken back.
    const cleared = Object.fromEntries(Object.keys(trait.options).map((option) => [option, null]))
    const options = { ...cleared, ...next.options }
    const body = { name: name.trim(), description, options, definition: definitionOf(next), version: trait.version }
    await api.call('PATCH', `/computed-traits/${trait.id}`, body)
    await queries.invalidateQueries()
    back()
  }
  return <Builder draft={draft} set={set} save={save} saveLabel="Save changes" cancel={back} id={trait.id} />
}

/** Rewrites a computed trait; values that become others are told to whoever uses it. */
export default function EditComputedTrait() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useGet<{ computedTrait: ComputedTrait }>(`/computed-traits/${id}`)
  return (
    <Page
      title={
        <Trail to="/computed-traits" of="Traits">
          Edit
        </Trail>
      }
      tab="Edit computed trait"
      fact={found.data?.computedTrait.name ?? 'Edit computed trait'}
      below="Whoever’s value becomes another is looked at again by every audience that asks for it."
    >
      <Await of={found}>{({ computedTrait }) => <Editor key={computedTrait.id} trait={computedTrait} />}</Await>
    </Page>
  )
}
