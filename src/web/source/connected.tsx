import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { Bar } from '../import/bar.tsx'
import type { Import } from '../import/wire.ts'
import { countsInWords, percentOf } from '../import/words.ts'
import { useActing } from '../parts/acting.ts'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { Status } from '../parts/status.tsx'

type Connected = {
  readonly sourceId: string
  readonly name: string
  readonly fromSpaceId: string
  readonly fromSourceId: string
  readonly replay: Import | null
}
const PATH = '/connected-sources'
const EVERY_MS = 2_000

const Replay = ({ of, source }: { readonly of: Import; readonly source: Connected }) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const steer = (what: 'pause' | 'resume' | 'cancel') => () =>
    act(async () => {
      await api.call('POST', `${PATH}/${source.sourceId}/replay`, { do: what })
      await queries.invalidateQueries({ queryKey: [PATH] })
    })
  const going = of.status === 'RUNNING' || of.status === 'PAUSED'
  return (
    <div className="stack tight grow">
      {going && <Bar percent={percentOf(of)} label={`Its last month, of ${source.name}`} />}
      <div className="row wrap">
        <span className="grow">
          Its last month: <Go to={`/imports/${of.importId}`}>{countsInWords(of)}</Go>{' '}
          <Status of={of.status === 'RUNNING' ? 'active' : of.status} />
        </span>
        {of.status === 'RUNNING' && (
          <Button size="xs" variant="default" loading={busy} onClick={steer('pause')}>
            Pause
          </Button>
        )}
        {of.status === 'PAUSED' && (
          <Button size="xs" variant="default" loading={busy} onClick={steer('resume')}>
            Go on
          </Button>
        )}
        {going && (
          <Button size="xs" variant="default" loading={busy} onClick={steer('cancel')}>
            Cancel
          </Button>
        )}
      </div>
      {problem && <Failing error={problem} title="It stays as it is" />}
    </div>
  )
}

const Row = ({ of }: { readonly of: Connected }) => (
  <li>
    <div className="stack tight grow">
      <div>
        <Go to={`/sources/${of.sourceId}`} className="name">
          {of.name}
        </Go>{' '}
        <span className="dim">from the space {of.fromSpaceId}</span>
      </div>
      {of.replay ? <Replay of={of.replay} source={of} /> : <span className="soft">What comes in since it was connected.</span>}
    </div>
  </li>
)

const Connect = () => {
  const api = useApi()
  const queries = useQueryClient()
  const [token, setToken] = useState('')
  const [sourceId, setSourceId] = useState('')
  const [replay, setReplay] = useState(true)
  const { busy, problem, act } = useActing()
  const connect = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      await api.call('POST', PATH, { token: token.trim(), sourceId: sourceId.trim(), replay })
      setSourceId('')
      setToken('')
      await queries.invalidateQueries({ queryKey: [PATH] })
    })
  }
  return (
    <form onSubmit={connect} className="stack">
      <div className="row wrap">
        <TextInput label="Source" placeholder="src_…" value={sourceId} onChange={(e) => setSourceId(e.currentTarget.value)} />
        <PasswordInput
          label="Token of its space"
          value={token}
          onChange={(e) => setToken(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the token' }}
          autoComplete="off"
        />
      </div>
      <label className="row">
        <input type="checkbox" checked={replay} onChange={(e) => setReplay(e.currentTarget.checked)} />
        <span>Bring its last month, too. Journeys that begin with an event do not hear of it.</span>
      </label>
      <div>
        <Button type="submit" variant="default" loading={busy} disabled={sourceId.trim() === '' || token.trim() === ''}>
          Connect the source
        </Button>
      </div>
      {problem && <Failing error={problem} title="It was not connected" />}
    </form>
  )
}

/** Sources of other spaces that feed this one, too, and how far their past is. */
export const ConnectedSources = () => {
  const found = useGet<{ connectedSources: readonly Connected[] }>(PATH, { every: EVERY_MS })
  return (
    <Block title="From other spaces">
      <div className="stack">
        <Await of={found} lines={1}>
          {({ connectedSources: all }) =>
            all.length === 0 ? (
              <p className="soft">
                A source of another space may feed this one, too: with what comes in, and with its last month.
              </p>
            ) : (
              <ul className="list">
                {all.map((each) => (
                  <Row key={each.sourceId} of={each} />
                ))}
              </ul>
            )
          }
        </Await>
        <Connect />
      </div>
    </Block>
  )
}
