import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { many } from '../parts/words.ts'
import type { Audience, Journey } from '../wire.ts'

type Deed = {
  readonly key: 'publish' | 'pause' | 'resume' | 'archive'
  readonly label: string
  readonly title: string
  readonly effect: string
  readonly color?: string
  /** Ways to do it, each its own button; one without a body when there is nothing to choose. */
  readonly ways?: readonly { readonly label: string; readonly body: object }[]
}

const inside = (journey: Journey): number => (journey.stats?.active ?? 0) + (journey.stats?.held ?? 0)
const inFlight = (journey: Journey): string => many(inside(journey), 'run in flight', 'runs in flight')
const verb = (journey: Journey): string => (inside(journey) === 1 ? 'goes' : 'go')

const WAYS_TO_SUPERSEDE = [
  { label: 'Publish; they finish as begun', body: { previous: 'drain' } },
  { label: 'Publish; they end now', body: { previous: 'archive' } },
] as const

const deedsOf = (journey: Journey, entrants: string): readonly Deed[] => {
  const superseding = Boolean(journey.liveVersion) && inside(journey) > 0
  const publish: Deed = {
    key: 'publish',
    label: journey.liveVersion ? 'Publish changes' : 'Publish',
    title: `Publish “${journey.name}”`,
    effect: `${entrants} ${superseding ? `What becomes of the ${inFlight(journey)} of version ${journey.liveVersion}?` : ''}`,
    ...(superseding ? { ways: WAYS_TO_SUPERSEDE } : {}),
  }
  const pause: Deed = {
    key: 'pause',
    label: 'Pause',
    title: `Pause “${journey.name}”`,
    effect: `Nobody enters any more. The ${inFlight(journey)} ${verb(journey)} on to the end as planned.`,
  }
  const archive: Deed = {
    key: 'archive',
    label: 'Archive',
    title: `Archive “${journey.name}”`,
    effect: `The ${inFlight(journey)} ${inside(journey) === 1 ? 'ends' : 'end'} at once with no further message. This cannot be undone; its history stays.`,
    color: 'red',
  }
  const resume: Deed = {
    key: 'resume',
    label: 'Resume',
    title: `Resume “${journey.name}”`,
    effect: `Whoever qualifies from now on enters again. Who qualified while it was paused does not.`,
  }
  switch (journey.status) {
    case 'draft':
      return [publish, archive]
    case 'live':
      return journey.draft ? [pause, archive, publish] : [pause, archive]
    case 'paused':
      return [archive, resume]
    case 'archived':
      return []
  }
}

const useEntrants = (journey: Journey): string => {
  const entry = journey.definition.entry
  const found = useGet<{ audiences: readonly Audience[] }>('/audiences', {
    params: { count: 200 },
    enabled: entry.type === 'audience' && journey.status === 'draft',
  })
  if (entry.type === 'event') return `From now on, everybody who does ${entry.event} enters.`
  const audience = found.data?.audiences.find((one) => one.key === entry.audience)
  if (!audience) return 'From now on, whoever enters its audience enters the journey.'
  const now = entry.existing ? `${many(audience.size.count, 'person', 'people')} enter at once, and` : 'Nobody enters at once;'
  return `${now} from now on whoever enters “${audience.name}” follows: ${many(audience.changes24h?.entered ?? 0, 'person', 'people')} in the last 24 hours.`
}

/** Publish, pause, resume, archive: each says what it does to whom before it is done. */
export const Actions = ({ of }: { readonly of: Journey }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Deed>()
  const { busy, problem, act, forget } = useActing()
  const entrants = useEntrants(of)
  const close = (): void => {
    setAsked(undefined)
    forget()
  }
  const press = (deed: Deed, body: object): void =>
    act(async () => {
      await api.call('POST', `/journeys/${of.id}/${deed.key}`, body)
      await queries.invalidateQueries()
      close()
    })
  const deeds = deedsOf(of, entrants)
  return (
    <>
      {deeds.map((deed, index) => (
        <Button
          key={deed.key}
          variant={index === deeds.length - 1 && deed.key !== 'archive' ? 'filled' : 'default'}
          onClick={() => setAsked(deed)}
        >
          {deed.label}
        </Button>
      ))}
      <Dialog title={asked?.title} opened={asked !== undefined} close={close}>
        {asked && (
          <>
            <p>{asked.effect}</p>
            <Answers problem={problem} close={close}>
              {(asked.ways ?? [{ label: asked.label, body: {} }]).map((way) => (
                <Button
                  key={way.label}
                  loading={busy}
                  {...(asked.color ? { color: asked.color } : {})}
                  onClick={() => press(asked, way.body)}
                >
                  {way.label}
                </Button>
              ))}
            </Answers>
          </>
        )}
      </Dialog>
    </>
  )
}
