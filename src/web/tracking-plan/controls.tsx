import { Button, NativeSelect } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Await, Failing } from '../parts/state.tsx'

type Track = {
  readonly allowUnplannedEvents: boolean
  readonly allowUnplannedEventProperties: boolean
  readonly allowEventOnViolations: boolean
  readonly allowPropertiesOnViolations: boolean
  readonly commonEventOnViolations: 'ALLOW' | 'BLOCK' | 'OMIT_PROPERTIES'
}
type Traits = {
  readonly allowUnplannedTraits: boolean
  readonly allowTraitsOnViolations: boolean
  readonly commonEventOnViolations: 'ALLOW' | 'BLOCK' | 'OMIT_TRAITS'
}
export type Controls = {
  readonly track: Track
  readonly identify: Traits
  readonly group: Traits
  readonly forwardingViolationsTo?: string
  readonly forwardingBlockedEventsTo?: string
}
type Named = { readonly id: string; readonly name: string }
type Choice = {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly of: readonly (readonly [string, string])[]
}

const Choose = ({ label, value, set, of }: Choice) => (
  <NativeSelect
    size="xs"
    label={label}
    value={value}
    onChange={({ currentTarget }) => set(currentTarget.value)}
    data={of.map(([key, text]) => ({ value: key, label: text }))}
  />
)

const ALLOW = ['allow', 'is let in'] as const
const BLOCK = ['block', 'is blocked'] as const
const OMIT = ['omit', 'is left out'] as const
const word = (allowed: boolean, otherwise: string): string => (allowed ? 'allow' : otherwise)

// A rule that is broken blocks the event, or what breaks it is left out: said together, as one choice.
const brokenOf = (track: Track): string =>
  track.allowEventOnViolations ? word(track.allowPropertiesOnViolations, 'omit') : 'block'

const TrackFields = ({ of, set }: { readonly of: Track; readonly set: (track: Track) => void }) => (
  <fieldset className="controls">
    <legend>Track calls</legend>
    <Choose
      label="An event that is not planned"
      value={word(of.allowUnplannedEvents, 'block')}
      of={[ALLOW, BLOCK]}
      set={(value) => set({ ...of, allowUnplannedEvents: value === 'allow' })}
    />
    <Choose
      label="A property that is not planned"
      value={word(of.allowUnplannedEventProperties, 'omit')}
      of={[ALLOW, OMIT]}
      set={(value) => set({ ...of, allowUnplannedEventProperties: value === 'allow' })}
    />
    <Choose
      label="What breaks its rule"
      value={brokenOf(of)}
      of={[
        ['allow', 'is let in, and counted'],
        ['omit', 'the property is left out'],
        ['block', 'the event is blocked'],
      ]}
      set={(value) => set({ ...of, allowEventOnViolations: value !== 'block', allowPropertiesOnViolations: value !== 'omit' })}
    />
    <Choose
      label="What breaks the rule of every call"
      value={of.commonEventOnViolations}
      of={[
        ['ALLOW', 'is let in, and counted'],
        ['OMIT_PROPERTIES', 'the property is left out'],
        ['BLOCK', 'the event is blocked'],
      ]}
      set={(value) => set({ ...of, commonEventOnViolations: value as Track['commonEventOnViolations'] })}
    />
  </fieldset>
)

const TraitFields = ({
  title,
  of,
  set,
}: {
  readonly title: string
  readonly of: Traits
  readonly set: (traits: Traits) => void
}) => (
  <fieldset className="controls">
    <legend>{title}</legend>
    <Choose
      label={`${title}: a trait that is not planned`}
      value={word(of.allowUnplannedTraits, 'omit')}
      of={[ALLOW, OMIT]}
      set={(value) => set({ ...of, allowUnplannedTraits: value === 'allow' })}
    />
    <Choose
      label={`${title}: a trait that breaks its rule`}
      value={word(of.allowTraitsOnViolations, 'omit')}
      of={[['allow', 'is let in, and counted'], OMIT]}
      set={(value) => set({ ...of, allowTraitsOnViolations: value === 'allow' })}
    />
    <Choose
      label={`${title}: what breaks the rule of every call`}
      value={of.commonEventOnViolations}
      of={[
        ['ALLOW', 'is let in, and counted'],
        ['OMIT_TRAITS', 'the trait is left out'],
        ['BLOCK', 'the call is blocked'],
      ]}
      set={(value) => set({ ...of, commonEventOnViolations: value as Traits['commonEventOnViolations'] })}
    />
  </fieldset>
)

const Form = ({ source, of, others }: { readonly source: string; readonly of: Controls; readonly others: readonly Named[] }) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const [draft, setDraft] = useState(of)
  const [saved, setSaved] = useState(false)
  const change = (next: Partial<Controls>): void => {
    setSaved(false)
    setDraft({ ...draft, ...next })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      const { forwardingViolationsTo: violations, forwardingBlockedEventsTo: blocked, ...rest } = draft
      await api.call('PATCH', `/sources/${source}/settings`, {
        ...rest,
        ...(violations ? { forwardingViolationsTo: violations } : {}),
        ...(blocked ? { forwardingBlockedEventsTo: blocked } : {}),
      })
      await queries.invalidateQueries({ queryKey: [`/sources/${source}/settings`] })
      setSaved(true)
    })
  }
  const nowhere = ['', 'nowhere'] as const
  const places = [nowhere, ...others.map(({ id, name }) => [id, name] as const)]
  return (
    <form onSubmit={submit} className="stack">
      <TrackFields of={draft.track} set={(track) => change({ track })} />
      <TraitFields title="Identify" of={draft.identify} set={(identify) => change({ identify })} />
      <TraitFields title="Group" of={draft.group} set={(group) => change({ group })} />
      <fieldset className="controls">
        <legend>Into another source</legend>
        <Choose
          label="Violations, as calls"
          value={draft.forwardingViolationsTo ?? ''}
          of={places}
          set={(forwardingViolationsTo) => change({ forwardingViolationsTo })}
        />
        <Choose
          label="Blocked events"
          value={draft.forwardingBlockedEventsTo ?? ''}
          of={places}
          set={(forwardingBlockedEventsTo) => change({ forwardingBlockedEventsTo })}
        />
      </fieldset>
      {problem && <Failing error={problem} title="It was not saved" />}
      <div className="row">
        <Button type="submit" loading={busy}>
          Save what it does
        </Button>
        {saved && <output className="tone-good">Saved: it holds from the next call on.</output>}
      </div>
    </form>
  )
}

/** What a source does with what is not planned and with what breaks its plan (spec/connections §1.6). */
export const SourceControls = ({ source }: { readonly source: string }) => {
  const settings = useGet<{ settings: Controls }>(`/sources/${source}/settings`)
  const sources = useGet<{ sources: readonly Named[] }>('/sources')
  return (
    <Await of={settings}>
      {({ settings: of }) => (
        <Form source={source} of={of} others={(sources.data?.sources ?? []).filter(({ id }) => id !== source)} />
      )}
    </Await>
  )
}
