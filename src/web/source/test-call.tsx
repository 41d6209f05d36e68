import { Button, NativeSelect, Textarea } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Tested } from '../../api/test-call/shapes.ts'
import type { JsonObject } from '../../base/json.ts'
import { asNew, SAMPLE_CALLS } from '../../event/sample-call.ts'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { callOf, SampleChips, textOf } from '../parts/call-text.tsx'
import { useSearchWord } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Empty, Failing } from '../parts/state.tsx'
import { instant } from '../parts/words.ts'
import type { Call } from './live.tsx'
import { Outcome } from './test-outcome.tsx'

const recentCall = ({ type, raw }: Call): string => {
  const call = callOf(raw)
  return call ? textOf(asNew({ type, ...call })) : raw
}

type Picking = { readonly source: string; readonly text: string; readonly choose: (text: string) => void }

/** Where a call comes from: a sample of each type, or one of those that came lately. */
const Pick = ({ source, text, choose }: Picking) => {
  const [chosen, setChosen] = useSearchWord('call')
  const calls = useGet<{ calls: readonly Call[] }>(`/sources/${source}/calls`, { params: { count: 50 } })
  const all = calls.data?.calls ?? []
  const found = all.find(({ id }) => id === chosen)
  useEffect(() => {
    if (found) choose(recentCall(found))
  }, [found, choose])
  const sample = (call: string): void => {
    setChosen('')
    choose(call)
  }
  return (
    <>
      <div className="filters">
        <SampleChips text={text} set={sample} />
      </div>
      {all.length > 0 && (
        <NativeSelect
          label="Or one that came lately, as a new one"
          value={found?.id ?? ''}
          onChange={(e) => setChosen(e.currentTarget.value)}
          data={[
            { value: '', label: 'Choose a call' },
            ...all.map(({ id, type, name, status, receivedAt }) => ({
              value: id,
              label: `${type} ${name === type ? '' : name}, ${status}, ${instant(receivedAt)}`,
            })),
          ]}
        />
      )}
    </>
  )
}

type Trial = { readonly call: JsonObject; readonly text: string; readonly tested: Tested }

const useTrying = (source: string, text: string, call: JsonObject | undefined) => {
  const api = useApi()
  const [tried, setTried] = useState<Trial>()
  const [problem, setProblem] = useState<ApiFailure>()
  const [busy, setBusy] = useState(false)
  const attempt = async (): Promise<void> => {
    if (!call) return
    setProblem(undefined)
    setBusy(true)
    await api
      .call<{ data: Tested }>('POST', `/sources/${source}/test-call`, { call })
      .then(({ data }) => setTried({ call, text, tested: data }))
      .catch(setProblem)
    setBusy(false)
  }
  return { tried, problem, busy, attempt }
}

/** The event tester: a call, every effect it would have, and the same call taken for real. */
export const TestCall = ({ source }: { readonly source: string }) => {
  const [text, setText] = useState(() => textOf(SAMPLE_CALLS.identify))
  const call = callOf(text)
  const { tried, problem, busy, attempt } = useTrying(source, text, call)
  return (
    <div className="cols">
      <Block title="A call">
        <div className="stack">
          <Pick source={source} text={text} choose={setText} />
          <Textarea
            label="As it would travel"
            className="code"
            value={text}
            autosize
            minRows={8}
            maxRows={26}
            spellCheck={false}
            onChange={(e) => setText(e.currentTarget.value)}
            onKeyDown={(e) => {
              if (e.key === 'Enter' && (e.metaKey || e.ctrlKey)) void attempt()
            }}
            error={call ? undefined : 'This is no JSON object.'}
          />
          {problem && <Failing error={problem} title="This could not be tried" />}
          <div className="row wrap">
            <Button disabled={!call} loading={busy} onClick={() => void attempt()}>
              See what it would do
            </Button>
            <span className="dim small">Nothing is stored, and nobody is written to.</span>
          </div>
        </div>
      </Block>
      {tried ? (
        <Outcome
          key={`${tried.text} ${tried.tested.door.time.receivedAt}`}
          source={source}
          call={tried.call}
          tested={tried.tested}
          stale={tried.text !== text}
        />
      ) : (
        <Block title="What it would do">
          <Empty icon="event" title="Write a call, or choose one">
            You see what the door makes of it, whose it is, and which traits, audiences and journeys change because of it.
          </Empty>
        </Block>
      )}
    </div>
  )
}
