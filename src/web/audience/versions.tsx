import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { useSearchWord } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import type { OtherOption, Stretch, Version } from '../wire.ts'
import { type Moved, movedWords } from './moved.ts'
import './organise.css'

const Words = ({ of, mono = false }: { readonly of: readonly Stretch[]; readonly mono?: boolean }) => {
  let at = 0
  return (
    <p className={mono ? 'difference mono' : 'difference'}>
      {of.map(({ change, text }) => {
        const key = `${at} ${change}`
        at += text.length
        if (change === 'same') return <span key={key}>{text}</span>
        return change === 'added' ? (
          <ins key={key} className="word-added">
            {text}
          </ins>
        ) : (
          <del key={key} className="word-removed">
            {text}
          </del>
        )
      })}
    </p>
  )
}

/** What has versions, where it is, and what an edit does in words. */
type Versioned = {
  readonly of: { readonly id: string }
  readonly noun?: 'audiences' | 'computed-traits'
  readonly effectWords?: (effect: Moved) => string
}
type Effect = { readonly editPreview: Moved }

type ComparedProps = { readonly about: Versioned; readonly version: Version; readonly current: Version }

/** What bringing a version back does, said before it is pressed. */
const Restore = ({ about, version, current }: ComparedProps) => {
  const { of, noun = 'audiences', effectWords = movedWords } = about
  const api = useApi()
  const queries = useQueryClient()
  const [effect, setEffect] = useState<Effect['editPreview']>()
  const [problem, setProblem] = useState<ApiFailure>()
  const [busy, setBusy] = useState(false)
  const doing = async (what: () => Promise<unknown>): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    await what().catch(setProblem)
    setBusy(false)
  }
  const ask = () =>
    doing(async () => {
      const cleared = Object.fromEntries(Object.keys(current.options).map((option) => [option, null]))
      const body = { definition: { query: version.query }, options: { ...cleared, ...version.options } }
      setEffect((await api.call<{ data: Effect }>('POST', `/${noun}/${of.id}/edit-previews`, body)).data.editPreview)
    })
  const restore = () =>
    doing(async () => {
      await api.call('POST', `/${noun}/${of.id}/versions/${version.version}/restores`)
      await queries.invalidateQueries()
    })
  return (
    <div className="stack tight">
      {problem && <Failing error={problem} title="This was not done" />}
      {effect && <p className="lead">{effectWords(effect)}</p>}
      <div className="row wrap">
        {effect ? (
          <Button loading={busy} onClick={() => void restore()}>
            Restore version {version.version}
          </Button>
        ) : (
          <Button variant="default" loading={busy} onClick={() => void ask()}>
            What would restoring it do?
          </Button>
        )}
        <span className="dim small">It becomes a new version; nothing of the history is lost.</span>
      </div>
    </div>
  )
}

type Comparison = {
  readonly from: Version
  readonly to: Version
  readonly difference: {
    readonly query: readonly Stretch[]
    readonly sentence: readonly Stretch[]
    readonly options: readonly OtherOption[]
  }
}

const optionWords = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value))

/** An option that differs: what it was, and what it is. */
const OptionLine = ({ option, from, to }: OtherOption) => (
  <p className="difference mono">
    {option} <del className="word-removed">{optionWords(from)}</del> <ins className="word-added">{optionWords(to)}</ins>
  </p>
)

const Compared = ({ about, version, current }: ComparedProps) => {
  const found = useGet<Comparison>(`/${about.noun ?? 'audiences'}/${about.of.id}/versions/compare`, {
    params: { from: version.version, to: current.version },
  })
  if (version.version === current.version)
    return (
      <Block title={`Version ${version.version}, the one in force`}>
        <p className="difference">{version.sentence}</p>
        <p className="difference mono soft">{version.query}</p>
        <p className="dim small spaced">Choose an older one to see in which words they differ.</p>
      </Block>
    )
  return (
    <Block title={`From version ${version.version} to ${current.version}, the one in force`}>
      <Await of={found}>
        {({ difference }) => {
          const sameWords = difference.query.every(({ change }) => change === 'same')
          const same = sameWords && difference.options.length === 0
          return (
            <div className="stack">
              <Words of={difference.sentence} />
              <Words of={difference.query} mono />
              {sameWords && (
                <p className="dim">{same ? 'It says what is in force.' : 'The words are the same; the options are not.'}</p>
              )}
              {difference.options.map((each) => (
                <OptionLine key={each.option} {...each} />
              ))}
              {!same && <Restore key={version.version} about={about} version={version} current={current} />}
            </div>
          )
        }}
      </Await>
    </Block>
  )
}

const Line = ({ of, chosen, choose }: { readonly of: Version; readonly chosen: boolean; readonly choose: () => void }) => (
  <li>
    <button type="button" aria-pressed={chosen} onClick={choose}>
      <span className="row between">
        <strong>
          Version {of.version}
          {of.current && <span className="tone-good"> · in force</span>}
          {of.restoredFrom !== undefined && <span className="soft"> · brought back {of.restoredFrom}</span>}
        </strong>
        <span className="soft small">
          {of.savedBy} · <Ago at={of.savedAt} />
        </span>
      </span>
      <span className="soft small">{of.sentence}</span>
    </button>
  </li>
)

/** Every version of the sentence: who changed it and when, in which words it differs from today's, and how to have it back. */
export const Versions = (about: Versioned) => {
  const { of, noun = 'audiences' } = about
  const found = useGet<{ versions: readonly Version[] }>(`/${noun}/${of.id}/versions`, { every: 10_000 })
  const [word, choose] = useSearchWord('version')
  return (
    <Await of={found}>
      {({ versions }) => {
        const current = versions.find((each) => each.current) ?? versions[0]
        const chosen = versions.find((each) => String(each.version) === word) ?? versions[1] ?? current
        return (
          <div className="cols">
            <Block flush>
              <ul className="versions">
                {versions.map((each) => (
                  <Line key={each.version} of={each} chosen={each === chosen} choose={() => choose(String(each.version))} />
                ))}
              </ul>
            </Block>
            {current && chosen && <Compared about={about} version={chosen} current={current} />}
          </div>
        )
      }}
    </Await>
  )
}
