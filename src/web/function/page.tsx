import { Button, Textarea } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import '../parts/forms.css'
import '../parts/parts.css'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { useGo } from '../parts/go.tsx'
import { Block, Page, Trail } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'
import { Connections } from './connect.tsx'
import { SettingRows } from './settings.tsx'
import { Try } from './try.tsx'
import { Versions } from './versions.tsx'
import type { Connection, Fn, Setting } from './wire.ts'

const factOf = ({ displayName, deployedAt, isLatestVersion }: Fn, on: number): string => {
  if (deployedAt === null) return `${displayName}: saved, and not deployed.`
  const runs = on === 0 ? 'runs at no source' : `runs at ${many(on, 'source')}`
  return isLatestVersion ? `${displayName} ${runs}.` : `${displayName} ${runs}, without what was saved last.`
}

const Delete = ({ of, on }: { readonly of: Fn; readonly on: number }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const { busy, problem, act } = useActing()
  const remove = (): void =>
    act(async () => {
      await api.call('DELETE', `/functions/${of.id}`)
      await queries.invalidateQueries({ queryKey: ['/functions'] })
      go('/functions')
    })
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Dialog title={`Delete ${of.displayName}?`} opened={asking} close={() => setAsking(false)}>
        <p>
          {on === 0 ? 'It runs nowhere.' : `What ${many(on, 'source')} sends is stored as it comes from then on.`} Its versions go
          with it.
        </p>
        <Answers problem={problem} close={() => setAsking(false)}>
          <Button loading={busy} onClick={remove}>
            Delete it
          </Button>
        </Answers>
      </Dialog>
    </>
  )
}

const HAVE = ['fetch', 'crypto', 'URL', 'URLSearchParams', 'atob', 'btoa', 'setTimeout', 'cache', 'console']

const Editor = ({ of, code, setCode }: { readonly of: Fn; readonly code: string; readonly setCode: (code: string) => void }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [settings, setSettings] = useState<readonly Setting[]>(of.settings)
  const { busy, problem, act } = useActing()
  const save = (deploys: boolean): void =>
    act(async () => {
      await api.call('PATCH', `/functions/${of.id}`, { code, settings })
      if (deploys) await api.call('POST', `/functions/${of.id}/deploy`)
      await queries.invalidateQueries({ queryKey: [`/functions/${of.id}`] })
      await queries.invalidateQueries({ queryKey: [`/functions/${of.id}/versions`] })
    })
  return (
    <div className="cols">
      <Block title="Code">
        <div className="stack narrow">
          <Textarea
            className="code"
            aria-label="Code"
            value={code}
            autosize
            minRows={18}
            maxRows={40}
            spellCheck={false}
            onChange={({ currentTarget }) => setCode(currentTarget.value)}
          />
          <p className="dim small">
            There is {HAVE.join(', ')}, and RetryError, ValidationError, EventNotSupported and DropEvent to throw. Nothing can be
            imported. An event of a type without a handler is not taken.
          </p>
          {problem && <Failing error={problem} title="It was not saved" />}
          <div className="row wrap">
            <Button variant="default" loading={busy} onClick={() => save(false)}>
              Save
            </Button>
            <Button loading={busy} onClick={() => save(true)}>
              Save and deploy
            </Button>
          </div>
        </div>
      </Block>
      <div className="stack narrow">
        <Block title="Try it">
          <Try id={of.id} code={code} settings={of.settings} />
        </Block>
        <Block title="Settings that it asks for">
          <SettingRows of={settings} set={setSettings} />
        </Block>
      </div>
    </div>
  )
}

const Opened = ({ of, on }: { readonly of: Fn; readonly on: number }) => {
  const [code, setCode] = useState(of.code)
  return (
    <>
      <Editor of={of} code={code} setCode={setCode} />
      <div className="cols">
        <Block title="Sources whose events it sees">
          <Connections fn={of} />
        </Block>
        <Block title="Versions" aside={<Delete of={of} on={on} />}>
          <Versions id={of.id} restored={setCode} />
        </Block>
      </div>
    </>
  )
}

/** One function: its code, a try, where it runs, and what it was (spec/connections §4.5). */
export default function FunctionPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useGet<{ function: Fn }>(`/functions/${id}`)
  const all = useGet<{ instances: readonly Connection[] }>('/insert-function-instances')
  const on = (all.data?.instances ?? []).filter(({ classId, enabled }) => classId === id && enabled).length
  const fn = found.data?.function
  return (
    <Page
      title={
        <Trail to="/functions" of="Functions">
          {fn?.displayName ?? ''}
        </Trail>
      }
      tab={fn?.displayName ?? 'Function'}
      fact={fn ? factOf(fn, on) : 'Function'}
    >
      <Await of={found}>{({ function: one }) => <Opened key={one.id} of={one} on={on} />}</Await>
    </Page>
  )
}
