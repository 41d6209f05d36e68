import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Failing } from '../parts/state.tsx'
import type { Destination, ToolSwitch } from './wire.ts'

type Tool = { readonly slug: string; readonly name: string; readonly on: boolean }

/** The tools at a source: each once, however many destinations of it there are. */
const toolsOf = (destinations: readonly Destination[]): readonly Tool[] => {
  const tools = new Map<string, Tool>()
  for (const { metadata, enabled } of destinations) {
    const before = tools.get(metadata.slug)
    tools.set(metadata.slug, { slug: metadata.slug, name: metadata.name, on: enabled || (before?.on ?? false) })
  }
  return [...tools.values()]
}

type Props = { readonly source: string; readonly type: string; readonly name: string }

/** The tools that one event goes to, each with its switch (spec/connections §2.4); nothing where the source has no destination. */
export const EventTools = ({ source, type, name }: Props) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  // A switch stands where it was put at once.
  const [turning, setTurning] = useState<{ readonly slug: string; readonly on: boolean }>()
  const destinations = useGet<{ destinations: readonly Destination[] }>('/destinations', { params: { sourceId: source } })
  const path = `/sources/${source}/integration-filters`
  const switches = useGet<{ integrationFilters: readonly ToolSwitch[] }>(path)
  const tools = toolsOf(destinations.data?.destinations ?? [])
  if (tools.length === 0 || !switches.data) return null
  const off = new Set(
    switches.data.integrationFilters.flatMap((one) => (one.type === type && one.name === name ? [one.metadataId] : [])),
  )
  const turn = (metadataId: string, enabled: boolean): void => {
    setTurning({ slug: metadataId, on: enabled })
    act(async () => {
      try {
        await api.call('PATCH', path, { type, name, metadataId, enabled })
        await queries.invalidateQueries({ queryKey: [path] })
      } finally {
        setTurning(undefined)
      }
    })
  }
  return (
    <fieldset className="tools" aria-label={`Tools that ${name || type} goes to`}>
      <span className="dim small">goes to</span>
      {tools.map(({ slug, name: tool, on }) => (
        <label key={slug} className="row-tight small">
          <input
            type="checkbox"
            checked={turning?.slug === slug ? turning.on : !off.has(slug)}
            disabled={busy}
            aria-label={`${name || type} goes to ${tool}`}
            onChange={({ currentTarget }) => turn(slug, currentTarget.checked)}
          />
          {tool}
          {!on && <span className="dim"> (off)</span>}
        </label>
      ))}
      {problem && <Failing error={problem} title="It was not changed" />}
    </fieldset>
  )
}
