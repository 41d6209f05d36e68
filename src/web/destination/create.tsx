import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { useGo } from '../parts/go.tsx'
import { problemsElsewhere } from '../parts/problems.tsx'
import { Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'
import { type Given, SettingFields } from './setting-fields.tsx'
import { callsInWords } from './trigger.ts'
import type { Destination, Named, Tool } from './wire.ts'

const wordsOf = (trigger: string): string => {
  const said = callsInWords(trigger)
  return 'words' in said ? said.words : trigger
}

/** What a new destination has before anybody does anything. */
const Presets = ({ of }: { readonly of: Tool }) =>
  of.kind === 'list' ? (
    <p className="dim small">It keeps lists of people: connect audiences to it on their pages.</p>
  ) : of.presets.length === 0 ? (
    <p className="dim small">It has no mapping ready: you write the first one on the next page.</p>
  ) : (
    <div className="small">
      <strong>
        It comes with {many(of.presets.length, 'mapping')}, switched off: nothing is sent before you look at one and switch it on.
      </strong>
      <ul>
        {of.presets.map(({ name, trigger }) => (
          <li key={name}>
            {name}: <span className="dim">{wordsOf(trigger)}</span>
          </li>
        ))}
      </ul>
    </div>
  )

type Props = { readonly tools: readonly Tool[]; readonly sources: readonly Named[] }

const useCreating = ({ tools, sources }: Props) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const acting = useActing()
  const [slug, setSlug] = useState(tools[0]?.slug ?? '')
  const [sourceId, setSource] = useState(sources[0]?.id ?? '')
  const [name, setName] = useState('')
  const [settings, setSettings] = useState<Given>({})
  const tool = tools.find((one) => one.slug === slug)
  const choose = (next: string): void => {
    setSlug(next)
    setSettings({})
  }
  const create = (event: FormEvent): void => {
    event.preventDefault()
    acting.act(async () => {
      const body = { sourceId, metadataId: slug, ...(name.trim() === '' ? {} : { name: name.trim() }), settings }
      const { data } = await api.call<{ data: { destination: Destination } }>('POST', '/destinations', body)
      await queries.invalidateQueries()
      go(`/destinations/${data.destination.id}`)
    })
  }
  return { ...acting, tool, slug, choose, sourceId, setSource, name, setName, settings, setSettings, create }
}

/** A new destination: a tool, a source, what the tool needs to know. */
export const Create = ({ tools, sources }: Props) => {
  const made = useCreating({ tools, sources })
  const { tool, problem, busy } = made
  const elsewhere = problem && (problem.problems.length === 0 || problemsElsewhere(problem.problems, 'settings').length > 0)
  return (
    <form onSubmit={made.create} className="stack" aria-label="A new destination">
      <NativeSelect
        label="Tool"
        description={tool?.description}
        value={made.slug}
        data={tools.map(({ slug, name }) => ({ value: slug, label: name }))}
        onChange={({ currentTarget }) => made.choose(currentTarget.value)}
      />
      <NativeSelect
        label="Gets the calls of"
        value={made.sourceId}
        data={sources.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={({ currentTarget }) => made.setSource(currentTarget.value)}
      />
      <TextInput
        label="Name"
        description="Another one for each destination of a source"
        placeholder={tool?.name ?? ''}
        value={made.name}
        onChange={({ currentTarget }) => made.setName(currentTarget.value)}
      />
      {tool && (
        <SettingFields of={tool.options} given={made.settings} problems={problem?.problems ?? []} set={made.setSettings} />
      )}
      {tool && <Presets of={tool} />}
      {problem && elsewhere && <Failing error={problem} title="It was not made" />}
      <div className="row wrap">
        <Button type="submit" loading={busy} disabled={!tool || made.sourceId === ''}>
          Make the destination
        </Button>
      </div>
    </form>
  )
}
