import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Condition } from '../../../audience/condition.ts'
import { type ApiFailure, useApi, useGet } from '../../api.ts'
import { Go } from '../../parts/go.tsx'
import { Block } from '../../parts/page.tsx'
import { Loading } from '../../parts/state.tsx'
import { callOf, number, percent } from '../../parts/words.ts'
import type { Overview, Preview } from '../../wire.ts'
import { OverlapOfDraft } from '../insights.tsx'

export const usePreview = (condition: Condition | undefined) => {
  const api = useApi()
  const [text] = useDebouncedValue(condition ? JSON.stringify(condition) : '', 350)
  return useQuery<Preview, ApiFailure>({
    queryKey: ['preview', text],
    queryFn: async () => {
      const body = { definition: { condition: JSON.parse(text) as Condition }, count: 10 }
      return (await api.call<{ data: { audiencePreview: Preview } }>('POST', '/audiences/previews', body)).data.audiencePreview
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
  })
}

const Failure = ({ error }: { readonly error: ApiFailure }) => (
  <div className="failing" role="alert">
    <div>
      <strong>This cannot be counted yet</strong>
      {(error.problems.length > 0 ? error.problems : [{ field: '', message: error.message }]).map((problem) => (
        <p key={problem.field + problem.message}>
          {problem.message}
          {'remedy' in problem && problem.remedy ? ` ${problem.remedy}` : ''}
        </p>
      ))}
    </div>
  </div>
)

/** Who would be in, counted while the sentence is written: how many, of how many, and ten of them. */
export const LiveCount = ({ condition }: { readonly condition: Condition | undefined }) => {
  const preview = usePreview(condition)
  const overview = useGet<Overview>('/overview')
  const all = overview.data?.profiles ?? 0
  if (!condition)
    return (
      <Block title="Who that is">
        <p className="dim">Finish a sentence and the people in it are counted here.</p>
      </Block>
    )
  if (preview.error) return <Failure error={preview.error} />
  const found = preview.data
  if (!found) return <Loading lines={4} />
  return (
    <div className={preview.isPlaceholderData ? 'stack stale' : 'stack'} aria-live="polite">
      <Block title="Who that is">
        <div className="big-count" data-testid="live-count">
          {number(found.size.count)}
        </div>
        <p className="soft">
          {found.size.count === 1 ? 'person' : 'people'}, {percent(found.size.count, all)} of {number(all)}
        </p>
        {found.sentence && <p className="small soft">{found.sentence}</p>}
      </Block>
      {found.results.length > 0 && (
        <Block title="Some of them">
          <ul className="list">
            {found.results.slice(0, 10).map((member) => (
              <li key={member.profileId}>
                <Go to={`/people/${member.profileId}`} className="grow clip">
                  {callOf(member)}
                </Go>
              </li>
            ))}
          </ul>
        </Block>
      )}
      <OverlapOfDraft condition={condition} />
    </div>
  )
}
