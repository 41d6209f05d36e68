import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Rendered } from '../message/content.tsx'
import { useSearchWord } from '../parts/go.tsx'
import { Block, Page, Tabs, Trail } from '../parts/page.tsx'
import { Await } from '../parts/state.tsx'
import { Channel } from '../parts/status.tsx'
import type { Content, Template } from '../wire.ts'

type Previewed = Content & { readonly variables?: readonly string[] }

const usePreview = (id: string, profile: string) => {
  const api = useApi()
  return useQuery<Previewed, ApiFailure>({
    queryKey: ['template preview', id, profile],
    queryFn: async () =>
      (await api.call<{ data: { preview: Previewed } }>('POST', `/templates/${id}/preview`, profile ? { profile } : {})).data
        .preview,
    placeholderData: keepPreviousData,
  })
}

const PreviewAs = ({ template }: { readonly template: Template }) => {
  const [person, setPerson] = useSearchWord('as')
  const [wanted] = useDebouncedValue(person, 400)
  const preview = usePreview(template.id, wanted)
  return (
    <div className="stack">
      <TextInput
        label="As seen by"
        description="An id or an identifier, such as email:ann@example.com; empty shows the defaults"
        value={person}
        onChange={(event) => setPerson(event.currentTarget.value)}
        maw={420}
      />
      <Await of={preview}>
        {(content) => (
          <>
            <Rendered of={content} channel={template.channel} />
            {content.variables && content.variables.length > 0 && (
              <p className="soft small">Uses {content.variables.join(', ')}.</p>
            )}
          </>
        )}
      </Await>
    </div>
  )
}

/** One template: as a chosen person gets it, and as it was written. */
export default function TemplatePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useGet<{ template: Template }>(`/templates/${id}`)
  return (
    <Page
      title={
        <Trail to="/templates" of="Templates">
          {found.data && <Channel of={found.data.template.channel} />}
        </Trail>
      }
      tab={found.data?.template.name ?? 'Template'}
      fact={found.data?.template.name ?? 'Template'}
    >
      <Await of={found}>
        {({ template }) => (
          <div>
            <Tabs
              word="show"
              of={[
                {
                  key: 'preview',
                  label: 'Preview',
                  body: () => (
                    <Block>
                      <PreviewAs template={template} />
                    </Block>
                  ),
                },
                { key: 'source', label: 'Source', body: () => <Source of={template} /> },
              ]}
            />
          </div>
        )}
      </Await>
    </Page>
  )
}

const Source = ({ of }: { readonly of: Template }) => (
  <div className="stack">
    {Object.entries(of.source ?? {}).map(([part, text]) => (
      <Block key={part} title={part}>
        <pre>{typeof text === 'string' ? text : JSON.stringify(text, null, 2)}</pre>
      </Block>
    ))}
  </div>
)
