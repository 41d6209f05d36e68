import { useParams } from '@tanstack/react-router'
import { type Getting, useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import '../parts/parts.css'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'
import { Ago } from '../parts/time.tsx'
import { many, number } from '../parts/words.ts'
import { Bar } from './bar.tsx'
import type { Import, RefusedLine } from './wire.ts'
import { countsInWords, percentOf } from './words.ts'

type Found = { readonly import: Import; readonly refusedLines: readonly RefusedLine[] }
const EVERY_MS = 1_000

const Lines = ({ of, all }: { readonly of: readonly RefusedLine[]; readonly all: number }) =>
  of.length === 0 ? (
    <Empty icon="check" title="No line was refused" />
  ) : (
    <>
      <table className="rows">
        <thead>
          <tr>
            <th className="num">Line</th>
            <th>Why it was refused</th>
            <th>Code</th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ line, message, code }) => (
            <tr key={line}>
              <td className="num">{number(line)}</td>
              <td className="main">{message}</td>
              <td className="soft mono">{code}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all > of.length && (
        <p className="soft small more-below">
          The first {number(of.length)} of {number(all)} are kept.
        </p>
      )}
    </>
  )

const Facts = ({ of }: { readonly of: Import }) => (
  <>
    <Status of={of.status === 'RUNNING' ? 'active' : of.status} /> Started <Ago at={of.startedAt} /> by {of.requestedBy}
    {of.finishedAt && (
      <>
        , done <Ago at={of.finishedAt} />
      </>
    )}
    ; by source <Go to={`/sources/${of.sourceId}`}>{of.sourceId}</Go>
  </>
)

const Paused = ({ of }: { readonly of: Import }) =>
  of.kind === 'calls' && of.status === 'RUNNING' ? (
    <p className="soft">
      Whoever sends it may stop and go on: choose the same file again, here or with{' '}
      <span className="mono">usher import calls</span>.
    </p>
  ) : null

/** One file: how far it is, and which lines were not taken. */
export default function ImportPage() {
  const { id } = useParams({ strict: false }) as { readonly id: string }
  const getting: Getting = { every: EVERY_MS }
  const found = useGet<Found>(`/imports/${encodeURIComponent(id)}`, getting)
  const job = found.data?.import
  return (
    <Page
      title={
        <Trail to="/imports" of="Imports">
          {job?.fileName ?? id}
        </Trail>
      }
      tab={job?.fileName ?? 'Import'}
      fact={job ? `${countsInWords(job)}.` : 'Import'}
      below={job && <Facts of={job} />}
    >
      <Await of={found}>
        {({ import: of, refusedLines }) => (
          <div className="stack">
            {of.status === 'RUNNING' && (
              <Block>
                <div className="stack tight">
                  <Bar percent={percentOf(of)} label={`Done of ${of.fileName}`} />
                  <Paused of={of} />
                </div>
              </Block>
            )}
            {of.error && (
              <div className="failing" role="alert">
                <div>
                  <strong>It failed</strong>
                  <p>{of.error}</p>
                </div>
              </div>
            )}
            <Block title={`Refused: ${many(of.progress.refused, 'line')}`} flush>
              <Lines of={refusedLines} all={of.progress.refused} />
            </Block>
          </div>
        )}
      </Await>
    </Page>
  )
}
