import { Button, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Block } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'

type Settings = { readonly volume: boolean; readonly violations: boolean; readonly url: string | null; readonly secret: string }
type Tried = { readonly taken: boolean; readonly message: string }

const PATH = '/alert-settings'

const Signed = ({ secret }: { readonly secret: string }) => (
  <div className="dim small">
    Each post carries <span className="mono">usher-signature: t=…,v1=…</span>, the HMAC-SHA256 of{' '}
    <span className="mono">t.body</span> with this secret:
    <div className="mono secret">{secret}</div>
  </div>
)

const Form = ({ of }: { readonly of: Settings }) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const [draft, setDraft] = useState(of)
  const [tried, setTried] = useState<Tried>()
  const change = (next: Partial<Settings>): void => {
    setTried(undefined)
    setDraft({ ...draft, ...next })
  }
  const save = (event: FormEvent): void => {
    event.preventDefault()
    const { volume, violations, url } = draft
    act(async () => {
      await api.call('PATCH', PATH, { volume, violations, url: url?.trim() || null })
      await queries.invalidateQueries({ queryKey: [PATH] })
    })
  }
  const tryIt = (): void => act(async () => setTried((await api.call<{ data: Tried }>('POST', `${PATH}/tests`)).data))
  const changed = draft.volume !== of.volume || draft.violations !== of.violations || (draft.url ?? '') !== (of.url ?? '')
  return (
    <form onSubmit={save} className="stack narrow">
      <label className="tick-line">
        <input
          type="checkbox"
          checked={draft.volume}
          onChange={({ currentTarget }) => change({ volume: currentTarget.checked })}
        />
        Watch how many come of each event
      </label>
      <label className="tick-line">
        <input
          type="checkbox"
          checked={draft.violations}
          onChange={({ currentTarget }) => change({ violations: currentTarget.checked })}
        />
        Watch whether events break their plan
      </label>
      <TextInput
        label="Post each alert to"
        placeholder="https://example.com/alerts"
        value={draft.url ?? ''}
        onChange={({ currentTarget }) => change({ url: currentTarget.value })}
      />
      {problem && <Failing error={problem} title="This did not work" />}
      <div className="row wrap">
        <Button type="submit" loading={busy} disabled={!changed}>
          Save
        </Button>
        {of.url && (
          <Button variant="default" disabled={busy || changed} onClick={tryIt}>
            Post a sample
          </Button>
        )}
      </div>
      {tried && <output className={tried.taken ? 'tone-good' : 'tone-bad'}>{tried.message}.</output>}
      {of.url && <Signed secret={of.secret} />}
    </form>
  )
}

/** What a space hears of, and where it is posted. */
export const AlertSettings = () => {
  const settings = useGet<{ settings: Settings }>(PATH)
  return (
    <Block title="Who hears of it">
      <Await of={settings}>{({ settings: of }) => <Form key={JSON.stringify(of)} of={of} />}</Await>
    </Block>
  )
}
