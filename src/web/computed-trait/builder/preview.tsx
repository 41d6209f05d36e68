import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ApiFailure, useApi } from '../../api.ts'
import { Go } from '../../parts/go.tsx'
import { Block } from '../../parts/page.tsx'
import { Failing, Loading } from '../../parts/state.tsx'
import { callOf, many, number } from '../../parts/words.ts'
import type { TraitPreview } from '../wire.ts'
import { numberWords, pageOf, valueWords, whoWords } from '../words.ts'
import { type Draft, definitionOf, isWhole } from './draft.ts'

/** What the draft would be, asked while it is written. */
export const useTraitPreview = (draft: Draft) => {
  const api = useApi()
  const asked = isWhole(draft) ? JSON.stringify({ definition: definitionOf(draft), options: draft.options, count: 10 }) : ''
  const [text] = useDebouncedValue(asked, 350)
  const found = useQuery<TraitPreview, ApiFailure>({
    queryKey: ['trait preview', text],
    queryFn: async ({ signal }) => {
      const path = '/computed-traits/previews'
      return (await api.call<{ data: { computedTraitPreview: TraitPreview } }>('POST', path, JSON.parse(text), signal)).data
        .computedTraitPreview
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
  })
  return { ...found, stale: found.isPlaceholderData || text !== asked }
}

type Effect = { readonly changed: number; readonly kept: number }

/** What saving would do to the values that are there. */
const EditEffect = ({ id, draft }: { readonly id: string; readonly draft: Draft }) => {
  const api = useApi()
  const [text] = useDebouncedValue(
    isWhole(draft) ? JSON.stringify({ definition: definitionOf(draft), options: draft.options }) : '',
    600,
  )
  const { data } = useQuery<Effect, ApiFailure>({
    queryKey: ['trait edit', id, text],
    queryFn: async ({ signal }) => {
      const path = `/computed-traits/${id}/edit-previews`
      return (await api.call<{ data: { editPreview: Effect } }>('POST', path, JSON.parse(text), signal)).data.editPreview
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
  })
  if (!data) return null
  return (
    <Block title="What saving does">
      <p>
        {data.changed === 0
          ? `No value changes; ${many(data.kept, 'stays as it is', 'stay as they are')}.`
          : `${many(data.changed, 'value changes', 'values change')}, ${many(data.kept, 'stays as it is', 'stay as they are')}.`}
      </p>
    </Block>
  )
}

const Sample = ({ of, about }: { readonly of: TraitPreview; readonly about: Draft['about'] }) => (
  <Block title="Some of them">
    <ul className="list">
      {of.results.map((one) => (
        <li key={one.profileId}>
          <Go to={pageOf(about, one.profileId)} className="grow clip">
            {callOf(one)}
          </Go>
          <span className="value clip">{valueWords(one.value)}</span>
        </li>
      ))}
    </ul>
  </Block>
)

type LiveProps = { readonly draft: Draft; readonly preview: ReturnType<typeof useTraitPreview>; readonly id?: string }

/** Who would have a value and which, computed while the sentence is written. */
export const LiveValues = ({ draft, preview, id }: LiveProps) => {
  const { data: found, error, stale } = preview
  if (!isWhole(draft))
    return (
      <Block title="What that is">
        <p className="dim">Finish the sentence and its values are shown here.</p>
      </Block>
    )
  if (error) {
    if (error.problems.length === 0) return <Failing error={error} title="This cannot be computed" />
    return (
      <Block title="What that is">
        <p className="tone-bad">It cannot be computed yet: see beside the sentence.</p>
      </Block>
    )
  }
  if (!found) return <Loading lines={4} />
  return (
    <div className={stale ? 'stack stale' : 'stack'} aria-live="polite">
      <Block title="Who would have it">
        <div className="big-count" data-testid="live-count">
          {number(found.size.count)}
        </div>
        <p className="soft">
          {whoWords(found.size.count, draft.about).replace(/^[\d,]+ /, '')}
          {numberWords(found.numbers)}
        </p>
        <p className="small soft">{found.sentence}</p>
      </Block>
      {id && <EditEffect id={id} draft={draft} />}
      {found.results.length > 0 && <Sample of={found} about={draft.about} />}
    </div>
  )
}
