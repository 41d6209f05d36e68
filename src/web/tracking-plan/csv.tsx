import { Button, FileInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Block } from '../parts/page.tsx'
import { saveFile } from '../parts/save-file.ts'
import { Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'

type Change = { readonly action: string; readonly subject: string }
type Report = { readonly name: string; readonly content: string }

const reportOf = ({ body }: ApiFailure): Report | undefined => (body as { errorReport?: Report } | undefined)?.errorReport

const Wrong = ({ of }: { readonly of: ApiFailure }) => {
  const report = reportOf(of)
  return (
    <>
      <Failing error={of} title="Nothing was changed" />
      {report && (
        <>
          <ul className="list">
            {of.problems.slice(0, 10).map(({ field, message }) => (
              <li key={`${field} ${message}`}>
                <strong>{field}</strong> <span className="soft">{message}</span>
              </li>
            ))}
          </ul>
          <div>
            <Button
              size="xs"
              variant="default"
              onClick={() => saveFile(new Blob([report.content], { type: 'text/csv' }), report.name)}
            >
              Save {report.name}
            </Button>
          </div>
        </>
      )}
    </>
  )
}

const Changed = ({ of }: { readonly of: readonly Change[] }) => (
  <div aria-live="polite">
    <p>{of.length === 0 ? '0 changes: the plan says all of it already.' : `${many(of.length, 'change')}.`}</p>
    <ul className="list">
      {of.slice(0, 20).map(({ action, subject }) => (
        <li key={`${action} ${subject}`}>
          {action} {subject}
        </li>
      ))}
    </ul>
  </div>
)

/** A plan out to a spreadsheet and back: what changed rule by rule, or which rows are wrong. */
export const PlanCsv = ({ plan }: { readonly plan: string }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [changes, setChanges] = useState<readonly Change[]>()
  const { busy, problem, act } = useActing()
  const path = `/tracking-plans/${plan}/csv`
  const download = async (): Promise<void> => {
    const { name, content } = await api.file(path)
    saveFile(content, name)
  }
  const upload = async (of: File): Promise<void> => {
    setChanges(undefined)
    const { data } = await api.upload<{ data: { changes: readonly Change[] } }>(path, new Blob([of], { type: 'text/csv' }))
    setChanges(data.changes)
    await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith(`/tracking-plans/${plan}`) })
  }
  return (
    <Block title="As a spreadsheet">
      <div className="stack">
        <p className="soft">
          A row for each rule and each property. What you change in it is written into the plan; rules that it does not hold stay.
        </p>
        <div>
          <Button variant="default" onClick={() => act(download)}>
            Download CSV
          </Button>
        </div>
        <FileInput label="Changed file" placeholder="plan.csv" accept=".csv,text/csv" value={file} onChange={setFile} />
        <div>
          <Button loading={busy} disabled={!file} onClick={() => file && act(() => upload(file))}>
            Upload CSV
          </Button>
        </div>
        {problem ? <Wrong of={problem} /> : changes && <Changed of={changes} />}
      </div>
    </Block>
  )
}
