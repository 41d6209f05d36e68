import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { linesBetween } from '../../base/difference.ts'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Await, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import type { Version } from './wire.ts'

const MARKS = { same: ' ', removed: '-', added: '+' } as const

const Difference = ({ from, to }: { readonly from: string; readonly to: string }) => (
  <section className="whole" aria-label="What differs from it in the latest version">
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard */}
    <pre tabIndex={0}>
      {linesBetween(from, to).map(({ change, text }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines repeat
        <div key={place} className={change === 'same' ? 'dim' : 'value'}>
          {MARKS[change]} {text}
        </div>
      ))}
    </pre>
  </section>
)

const Line = ({ of, latest, restore, busy }: { of: Version; latest: Version; restore: (id: string) => void; busy: boolean }) => {
  const [open, setOpen] = useState(false)
  return (
    <li className="wrap from-top">
      <div className="grow">
        <strong>Version {of.id}</strong> {of.isLatest && <span className="chip">latest</span>}{' '}
        {of.isDeployed && <span className="chip">deployed</span>}
        <div className="small dim">
          {of.author}, <Ago at={of.createdAt} />
          {of.restoredFrom && `, restored from version ${of.restoredFrom}`}
        </div>
      </div>
      {!of.isLatest && (
        <>
          <Button size="xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide' : 'Compare'}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={busy}
            aria-label={`Restore version ${of.id}`}
            onClick={() => restore(of.id)}
          >
            Restore
          </Button>
        </>
      )}
      {open && <Difference from={of.code} to={latest.code} />}
    </li>
  )
}

/** Every version that was saved: compare it with the latest, or make it the latest again. */
export const Versions = ({ id, restored }: { readonly id: string; readonly restored: (code: string) => void }) => {
  const api = useApi()
  const queries = useQueryClient()
  const versions = useGet<{ versions: readonly Version[] }>(`/functions/${id}/versions`)
  const { busy, problem, act } = useActing()
  const restore = (versionId: string): void =>
    act(async () => {
      const { data } = await api.call<{ data: { version: Version } }>('POST', `/functions/${id}/versions`, { versionId })
      restored(data.version.code)
      await queries.invalidateQueries({ queryKey: [`/functions/${id}/versions`] })
      await queries.invalidateQueries({ queryKey: [`/functions/${id}`] })
    })
  return (
    <>
      {problem && <Failing error={problem} title="It was not restored" />}
      <Await of={versions}>
        {({ versions: all }) => (
          <ul className="list">
            {all.map((one) => (
              <Line key={one.id} of={one} latest={all[0] ?? one} restore={restore} busy={busy} />
            ))}
          </ul>
        )}
      </Await>
    </>
  )
}
