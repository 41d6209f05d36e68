import { useList } from '../api.ts'
import { More } from '../parts/figures.tsx'
import { Go } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import { Empty, Failing, Loading } from '../parts/state.tsx'
import { Channel } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import type { Template } from '../wire.ts'

/** Every template with its channel. */
export default function TemplateList() {
  const list = useList<Template>('/templates', 'templates', { params: { count: 100 } })
  return (
    <Page
      title="Templates"
      tab="Templates"
      fact={list.items ? `${many(list.items.length, 'template')} for journeys to send.` : 'Templates'}
    >
      <Block flush>
        {list.error && !list.items && <Failing error={list.error} again={list.again} />}
        {!list.error && !list.items && <Loading />}
        {list.items?.length === 0 && (
          <Empty icon="templates" title="No template yet">
            A template is the content of a message: MJML and Liquid for email, Liquid for SMS and push.
          </Empty>
        )}
        <table className="rows">
          <tbody>
            {list.items?.map((template) => (
              <tr key={template.id}>
                <td className="main">
                  <Go to={`/templates/${template.id}`} className="name">
                    {template.name}
                  </Go>
                  <div className="sub mono">{template.key}</div>
                </td>
                <td>
                  <Channel of={template.channel} />
                </td>
                <td className="num soft">version {template.version ?? 1}</td>
                <td className="num soft">
                  <Ago at={template.updatedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <More more={list.more} busy={list.loadingMore} />
      </Block>
    </Page>
  )
}
