import { useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import '../parts/parts.css'
import { Block, Page } from '../parts/page.tsx'
import { PROFILES, Siblings } from '../parts/siblings.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import { Bar } from './bar.tsx'
import { ImportCalls } from './calls.tsx'
import { ImportPeople } from './people.tsx'
import type { Import } from './wire.ts'
import { countsInWords, percentOf } from './words.ts'

const KINDS = { profiles: 'people', calls: 'calls', replay: 'a source’s past' } as const

const Row = ({ of }: { readonly of: Import }) => (
  <tr>
    <td className="main">
      <Go to={`/imports/${of.importId}`} className="name">
        {of.fileName}
      </Go>
      <div className="sub">{countsInWords(of)}</div>
      {of.status === 'RUNNING' && <Bar percent={percentOf(of)} label={`Done of ${of.fileName}`} />}
    </td>
    <td className="soft">{KINDS[of.kind]}</td>
    <td>
      <Status of={of.status === 'RUNNING' ? 'active' : of.status} />
    </td>
    <td className="num soft" data-label="started">
      <Ago at={of.startedAt} /> by {of.requestedBy}
    </td>
  </tr>
)

const Table = ({ of }: { readonly of: readonly Import[] }) =>
  of.length === 0 ? (
    <Empty icon="archive" title="No file yet">
      Files that come in are kept here for 30 days, with how far they are and what was refused.
    </Empty>
  ) : (
    <table className="rows">
      <thead>
        <tr>
          <th>File</th>
          <th>Of</th>
          <th>State</th>
          <th className="num">Started</th>
        </tr>
      </thead>
      <tbody>
        {of.map((each) => (
          <Row key={each.importId} of={each} />
        ))}
      </tbody>
    </table>
  )

const factOf = (imports: readonly Import[] | undefined): string => {
  if (!imports) return 'Imports'
  const running = imports.filter(({ status }) => status === 'RUNNING').length
  const refused = imports.reduce((sum, { progress }) => sum + progress.refused, 0)
  if (imports.length === 0) return 'No file came in within 30 days.'
  return `${many(imports.length, 'file')} within 30 days: ${running === 0 ? 'none under way' : `${running} under way`}, ${many(refused, 'line')} refused.`
}

const EVERY_MS = 2_000

/** Files of people and of calls: what came in, and what comes in. */
export default function Imports() {
  const found = useGet<{ imports: readonly Import[]; identifiers: readonly string[] }>('/imports', { every: EVERY_MS })
  return (
    <Page title="People" tab="Imports" fact={factOf(found.data?.imports)}>
      <div className="stack">
        <div className="filters">
          <Siblings of={PROFILES} />
        </div>
        <div className="cols">
          <ImportPeople identifiers={found.data?.identifiers ?? []} />
          <ImportCalls />
        </div>
        <Block title="Files" flush>
          <Await of={found}>{({ imports }) => <Table of={imports} />}</Await>
        </Block>
      </div>
    </Page>
  )
}
