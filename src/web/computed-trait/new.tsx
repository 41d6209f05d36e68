import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Page, Trail } from '../parts/page.tsx'
import { Builder } from './builder/builder.tsx'
import { type Draft, definitionOf, NEW } from './builder/draft.ts'
import type { ComputedTrait } from './wire.ts'

const kept = (place: string): Draft => {
  try {
    return { ...NEW, ...(JSON.parse(localStorage.getItem(place) ?? '') as Draft) }
  } catch {
    return NEW
  }
}

/** Makes a computed trait. What is being written is kept in this browser until it is saved or thrown away. */
export default function NewComputedTrait() {
  const api = useApi()
  // Another space has other events.
  const place = `usher.computed_trait.draft.${api.session.spaceId}`
  const [draft, setDraft] = useState(() => kept(place))
  const go = useGo()
  const queries = useQueryClient()
  const set = (next: Draft): void => {
    localStorage.setItem(place, JSON.stringify(next))
    setDraft(next)
  }
  const save = async (made: Draft): Promise<void> => {
    const { name, key, description, options } = made
    const body = {
      name: name.trim(),
      description,
      options,
      definition: definitionOf(made),
      ...(key.trim() ? { key: key.trim() } : {}),
    }
    const { data } = await api.call<{ data: { computedTrait: ComputedTrait } }>('POST', '/computed-traits', body)
    localStorage.removeItem(place)
    await queries.invalidateQueries()
    go(`/computed-traits/${data.computedTrait.id}`)
  }
  const cancel = (): void => {
    localStorage.removeItem(place)
    go('/computed-traits')
  }
  return (
    <Page
      title={
        <Trail to="/computed-traits" of="Traits">
          New
        </Trail>
      }
      tab="New computed trait"
      fact={draft.name.trim() || 'Say what to keep of everybody.'}
      below="Write the sentence; its values are shown as you go. Audiences, journeys and templates may use it once it is saved."
    >
      <Builder draft={draft} set={set} save={save} saveLabel="Save trait" cancel={cancel} />
    </Page>
  )
}
