import { Button, FileInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { useGo } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { saveFile } from '../parts/save-file.ts'
import { Failing } from '../parts/state.tsx'
import type { Import } from './wire.ts'

/** People from a CSV file: it is checked as a whole, and then done in the background. */
export const ImportPeople = ({ identifiers }: { readonly identifiers: readonly string[] }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const { busy, problem, act, forget } = useActing()
  const send = async (of: File): Promise<void> => {
    const path = `/imports?name=${encodeURIComponent(of.name)}`
    const { data } = await api.upload<{ data: { import: Import } }>(path, new Blob([of], { type: 'text/csv' }))
    await queries.invalidateQueries({ queryKey: ['/imports'] })
    go(`/imports/${data.import.importId}`)
  }
  return (
    <Block title="People from CSV">
      <div className="stack">
        <p className="soft">
          A first line of names, then one person a line. A column like <span className="mono">user_id</span> or{' '}
          <span className="mono">email</span> says who it is, all others become traits; a blank cell changes nothing.
        </p>
        <FileInput
          label="File of people"
          placeholder="people.csv"
          accept=".csv,text/csv"
          value={file}
          onChange={(of) => {
            forget()
            setFile(of)
          }}
          clearable
          clearButtonProps={{ 'aria-label': 'Take another file' }}
        />
        <div className="row wrap">
          <Button loading={busy} disabled={!file} onClick={() => file && act(() => send(file))}>
            Import people
          </Button>
          <Button
            variant="default"
            onClick={() => saveFile(new Blob([`${identifiers.join(',')}\n`], { type: 'text/csv' }), 'people.csv')}
          >
            Template
          </Button>
        </div>
        {problem && <Failing error={problem} title="Nothing was taken" />}
      </div>
    </Block>
  )
}
