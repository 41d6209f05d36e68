import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { asNew, SAMPLE_CALLS } from '../../event/sample-call.ts'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { CallText, callOf, textOf } from '../parts/call-text.tsx'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Empty, Failing } from '../parts/state.tsx'
import { instant, many, number } from '../parts/words.ts'
import { Exchange } from './exchange.tsx'
import type { Destination, Tool } from './wire.ts'
import { reasonInWords } from './words.ts'

type Answer = {
  readonly mappingId: string
  readonly mappingName: string
  readonly sent: boolean
  readonly outcome: 'delivered' | 'retry' | 'failed' | 'discarded'
  readonly reason: string | null
  readonly detail: string | null
  readonly status: number | null
  readonly request: object | null
  readonly response: string | null
  readonly durationMs: number
}
type Tested = { readonly message: string | null; readonly reason: string | null; readonly requests: readonly Answer[] }
type Came = {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly receivedAt: string
  readonly raw: string
}

const WORDS: Readonly<Record<Answer['outcome'], string>> = {
  delivered: 'The tool took it',
  retry: 'The tool did not take it; a real call would be tried again',
  failed: 'The tool refused it',
  discarded: 'Nothing was sent',
}

const One = ({ of, tool }: { readonly of: Answer; readonly tool: string }) => (
  <li>
    <div>
      <strong>{of.mappingName}</strong>:{' '}
      <span className={of.outcome === 'delivered' ? 'tone-good' : 'tone-bad'}>
        {WORDS[of.outcome]}
        {of.reason && `: ${reasonInWords(of.reason)}`}.
      </span>{' '}
      {of.sent && (
        <span className="dim small">
          {tool} answered in {number(of.durationMs)} ms
        </span>
      )}
    </div>
    {of.detail && <p className="small">{of.detail}</p>}
    {of.request && <Exchange request={of.request} status={of.status} response={of.response} />}
  </li>
)

const Outcome = ({ of, destination, tool }: { readonly of: Tested; readonly destination: string; readonly tool: string }) => {
  if (of.requests.length === 0)
    return (
      <Empty icon="warn" title="Nothing was sent" action={<Go to={`/destinations/${destination}`}>Look at the mappings</Go>}>
        {of.message ?? 'No mapping made a request of it.'} Switch on a mapping that is about such calls.
      </Empty>
    )
  return (
    <div className="stack">
      <p>{many(of.requests.length, 'mapping fits', 'mappings fit')} this call.</p>
      <ol className="attempts">
        {of.requests.map((one) => (
          <One key={one.mappingId} of={one} tool={tool} />
        ))}
      </ol>
    </div>
  )
}

/** One of the calls that came lately, as a new one. */
const Lately = ({ source, choose }: { readonly source: string; readonly choose: (text: string) => void }) => {
  const { data } = useGet<{ calls: readonly Came[] }>(`/sources/${source}/calls`, { params: { count: 50 } })
  const calls = data?.calls ?? []
  if (calls.length === 0) return null
  const take = (id: string): void => {
    const found = calls.find((one) => one.id === id)
    const call = found && callOf(found.raw)
    if (found && call) choose(textOf(asNew({ type: found.type, ...call })))
  }
  return (
    <NativeSelect
      label="Or one that came lately, as a new one"
      value=""
      data={[
        { value: '', label: 'Choose a call' },
        ...calls.map(({ id, type, name, receivedAt }) => ({
          value: id,
          label: `${type} ${name === type ? '' : name}, ${instant(receivedAt)}`,
        })),
      ]}
      onChange={({ currentTarget }) => take(currentTarget.value)}
    />
  )
}

/** The event tester: sends one call for real, and shows what the tool answered (spec/connections §3.6). */
export const Tester = ({ of, tool }: { readonly of: Destination; readonly tool: Tool }) => {
  const api = useApi()
  const { busy, problem, act } = useActing()
  const [text, setText] = useState(textOf(SAMPLE_CALLS.track))
  const [tested, setTested] = useState<Tested>()
  const call = callOf(text)
  const send = (): void =>
    act(async () => {
      setTested(undefined)
      setTested((await api.call<{ data: Tested }>('POST', `/destinations/${of.id}/tests`, { call })).data)
    })
  return (
    <div className="cols">
      <Block title="A call">
        <div className="stack">
          <CallText label="As it would travel" text={text} set={setText} />
          <Lately source={of.sourceId} choose={setText} />
          {problem && <Failing error={problem} title="It could not be sent" />}
          <div className="row wrap">
            <Button loading={busy} disabled={!call} onClick={send}>
              Send it to {tool.name}
            </Button>
          </div>
          <p className="dim small">
            It is really sent, by every mapping that is on and fits. Filters and transformations are passed over; Usher stores
            nothing of it.
          </p>
        </div>
      </Block>
      <Block title="What the tool answered">
        {tested ? (
          <Outcome of={tested} destination={of.id} tool={tool.name} />
        ) : (
          <Empty icon="delivery" title="Write a call, or choose one, and send it">
            You see each request that is made of it, and the answer.
          </Empty>
        )}
      </Block>
    </div>
  )
}
