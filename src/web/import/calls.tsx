import { Button, FileInput } from '@mantine/core'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'
import { Bar } from './bar.tsx'
import { type Sending, sendCalls, useSending } from './send.ts'
import { countsInWords, percentOf } from './words.ts'

const Under = ({ of }: { readonly of: Sending }) => {
  const { name, import: job, speed, problem, done } = of
  return (
    <div className="stack tight" aria-live="polite" data-testid="sending">
      {job && <Bar percent={percentOf(job)} label={`Sent of ${name}`} />}
      <p>
        <strong>{name}</strong>
        {job
          ? `: ${countsInWords(job)}${done ? '' : `, ${many(Math.round(speed), 'call')} a second`}.`
          : !problem && ' is opened…'}
        {done && job && (
          <>
            {' '}
            <Go to={`/imports/${job.importId}`}>Report</Go>
          </>
        )}
      </p>
      {!done && <p className="small soft">It goes on while you look at other screens, but not when this tab is closed.</p>}
      {problem && (
        <Failing error={problem} title={job ? 'It stopped: choose the same file again to go on' : 'Nothing was taken'} />
      )}
    </div>
  )
}

/** Calls of the past from NDJSON or CSV, sent by this browser piece by piece. */
export const ImportCalls = () => {
  const api = useApi()
  const sending = useSending()
  const [file, setFile] = useState<File | null>(null)
  const busy = sending !== undefined && !sending.done
  return (
    <Block title="Calls of the past">
      <div className="stack">
        <p className="soft">
          NDJSON with one call a line, or CSV with a first line of paths like <span className="mono">type, userId, event,</span>{' '}
          <span className="mono">timestamp, properties.revenue</span>; packed with gzip or not. They count on profiles and in
          audiences. Journeys that begin with an event do not hear of them.
        </p>
        <FileInput
          label="File of calls"
          placeholder="history.ndjson"
          accept=".ndjson,.jsonl,.json,.csv,.gz"
          value={file}
          onChange={setFile}
          clearable
          clearButtonProps={{ 'aria-label': 'Take another file' }}
        />
        <div>
          <Button loading={busy} disabled={!file} onClick={() => file && void sendCalls(api, file)}>
            Import calls
          </Button>
        </div>
        {sending && <Under of={sending} />}
      </div>
    </Block>
  )
}
