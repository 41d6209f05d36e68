import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Condition } from '../../../audience/condition.ts'
import { type ApiFailure, useApi } from '../../api.ts'
import { Block } from '../../parts/page.tsx'
import type { About } from '../../wire.ts'
import { type Moved, movedWords } from '../moved.ts'

type EffectProps = { readonly id: string; readonly saved: string; readonly condition: Condition; readonly about: About }

/** Whom saving would bring in and take out. `saved`: the condition in force, as JSON; as long as it is that, nobody is. */
export const EditEffect = ({ id, saved, condition, about }: EffectProps) => {
  const api = useApi()
  const now = JSON.stringify(condition)
  const [text] = useDebouncedValue(now, 600)
  const found = useQuery<Moved, ApiFailure>({
    queryKey: ['audience edit', id, text],
    queryFn: async ({ signal }) => {
      const body = { definition: { condition: JSON.parse(text) as Condition } }
      const answer = await api.call<{ data: { editPreview: Moved } }>('POST', `/audiences/${id}/edit-previews`, body, signal)
      return answer.data.editPreview
    },
    enabled: text !== saved,
    placeholderData: keepPreviousData,
    gcTime: 0,
  })
  if (now === saved || (!found.data && !found.isFetching)) return null
  const stale = found.isPlaceholderData || text !== now
  return (
    <div className={stale ? 'stale' : undefined}>
      <Block title="What saving does">
        {found.data ? <p data-testid="effect">{movedWords(found.data, about)}</p> : <p className="soft">Counting…</p>}
      </Block>
    </div>
  )
}
