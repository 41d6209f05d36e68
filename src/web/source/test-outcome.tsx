import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { type DoorLine, doorLines } from '../../api/test-call/door-lines.ts'
import { type Line, linesOf, SECTIONS, type Section } from '../../api/test-call/lines.ts'
import type { Effects, Sent, Tested } from '../../api/test-call/shapes.ts'
import type { JsonObject } from '../../base/json.ts'
import { type ApiFailure, useApi } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Block } from '../parts/page.tsx'
import { Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'

const ICONS: Readonly<Record<DoorLine['tone'], IconName>> = { good: 'check', warn: 'warn', bad: 'cross', plain: 'right' }

const Door = ({ of }: { readonly of: Tested['door'] }) => (
  <ul className="list tested" aria-label="At the door">
    {doorLines(of).map(({ key, tone, text, details }) => (
      <li key={key} className="from-top">
        <span className={`tone-${tone}`}>
          <Icon name={ICONS[tone]} size={15} />
        </span>
        <div className="grow">
          {text}
          {details.map((detail) => (
            <div key={detail} className="soft small">
              {detail}
            </div>
          ))}
          {key === 'event' && of.event && (
            <details className="data">
              <summary>all of it</summary>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard */}
              <pre tabIndex={0}>{JSON.stringify(of.event, null, 2)}</pre>
            </details>
          )}
        </div>
      </li>
    ))}
  </ul>
)

/** `expected`: said beforehand and not yet seen; `happened`: seen; `more`: seen, and not said beforehand. */
type Mark = 'none' | 'expected' | 'happened' | 'more'
const MARKS: Readonly<Record<Mark, string>> = { none: '', expected: 'not yet', happened: 'happened', more: 'also happened' }

const EffectLine = ({ of, mark }: { readonly of: Line; readonly mark: Mark }) => (
  <li className="from-top">
    <span className={`tone-${of.tone}`}>
      <Icon name={ICONS[of.tone]} size={15} />
    </span>
    <div className="grow">
      {of.link ? <Go to={of.link}>{of.text}</Go> : of.text}
      {of.detail && <div className="soft small">{of.detail}</div>}
    </div>
    {mark !== 'none' && <span className={`small nowrap ${mark === 'expected' ? 'dim' : 'tone-good'}`}>{MARKS[mark]}</span>}
  </li>
)

type Shown = { readonly line: Line; readonly mark: Mark }

const markOf = (seen: readonly Line[] | undefined): ((line: Line) => Mark) => {
  if (!seen) return () => 'none'
  const happened = new Set(seen.map(({ key }) => key))
  // What came from whom was merged is older than the call, so it is not told by the call's time.
  const merged = seen.some(({ key }) => key.startsWith('merge '))
  return ({ key, section }) => (happened.has(key) || (merged && section === 'traits') ? 'happened' : 'expected')
}

const sectionsOf = (
  expected: readonly Line[],
  seen: readonly Line[] | undefined,
): readonly (readonly [Section, readonly Shown[]])[] => {
  const mark = markOf(seen)
  const said = new Set(expected.map(({ key }) => key))
  const more = (seen ?? []).filter(({ key }) => !said.has(key))
  const lines: readonly Shown[] = [
    ...expected.map((line) => ({ line, mark: mark(line) })),
    ...more.map((line) => ({ line, mark: 'more' as const })),
  ]
  return (Object.keys(SECTIONS) as readonly Section[]).flatMap((section) => {
    const own = lines.filter(({ line }) => line.section === section)
    return own.length > 0 ? [[section, own] as const] : []
  })
}

const EVERY_MS = 1_000
const LONGEST_MS = 120_000

/** The call on its way, once it is sent: what it did so far. */
const useFollowing = (source: string, call: JsonObject, sent: Sent | undefined): Effects | undefined => {
  const api = useApi()
  const [effects, setEffects] = useState<Effects>()
  useEffect(() => {
    if (sent?.status !== 'stored') return
    const ending = new AbortController()
    const follow = async (): Promise<void> => {
      const { messageId, profileId, receivedAt } = sent
      for (const until = Date.now() + LONGEST_MS; Date.now() < until && !ending.signal.aborted; ) {
        await api
          .call<{ data: { effects: Effects } }>(
            'POST',
            `/sources/${source}/test-call/effects`,
            { call, messageId, profileId, receivedAt },
            ending.signal,
          )
          .then(({ data }) => setEffects(data.effects))
          .catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
      }
    }
    void follow()
    return () => ending.abort()
  }, [api, source, call, sent])
  return effects
}

const SENT: Readonly<Record<Sent['status'], string>> = {
  stored: 'It was sent, and it is stored.',
  duplicate: 'It was sent, and changed nothing: this messageId came before.',
  filtered: 'It was sent, and says itself that it is not for Usher.',
  dropped: 'It was sent, and not taken.',
}

type Outcome = {
  readonly source: string
  readonly call: JsonObject
  readonly tested: Tested
  /** The call was changed since. */
  readonly stale: boolean
}

const Unasked = ({ of }: { readonly of: Tested['looked']['unasked'] }) =>
  of.length === 0 ? null : (
    <p className="soft small">
      Nobody knows yet about {of.map(({ key }) => key).join(', ')}: {of.length === 1 ? 'it is' : 'they are'} being computed.
    </p>
  )

const Effect = ({ tested, seen }: { readonly tested: Tested; readonly seen: readonly Line[] | undefined }) => {
  const sections = sectionsOf(linesOf(tested.effects), seen)
  return (
    <div className="stack">
      {sections.map(([section, lines]) => (
        <section key={section} aria-label={SECTIONS[section]}>
          <h3>{SECTIONS[section]}</h3>
          <ul className="list tested">
            {lines.map(({ line, mark }) => (
              <EffectLine key={line.key} of={line} mark={mark} />
            ))}
          </ul>
        </section>
      ))}
      <Unasked of={tested.looked.unasked} />
    </div>
  )
}

const sayingOf = ({ door, effects, looked }: Tested): string => {
  if (door.fate !== 'taken') return 'Nothing would change.'
  const lines = linesOf(effects).filter(({ key }) => key !== 'profile' && key !== 'account').length
  const asked =
    looked.asked === 0
      ? 'no audience or trait asks for it'
      : `${many(looked.asked, 'audience or trait asks', 'audiences and traits ask')} about it`
  return `${lines === 0 ? 'Nothing else would change' : many(lines, 'change')}; ${asked}.`
}

/** What a call would do, by the door and by effect; sent for real, it says of each whether it happened. */
export const Outcome = ({ source, call, tested, stale }: Outcome) => {
  const api = useApi()
  const [sent, setSent] = useState<Sent>()
  const [problem, setProblem] = useState<ApiFailure>()
  const [busy, setBusy] = useState(false)
  const following = useFollowing(source, call, sent)
  const send = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    await api
      .call<{ data: Sent }>('POST', `/sources/${source}/test-call/send`, { call })
      .then(({ data }) => setSent(data))
      .catch(setProblem)
    setBusy(false)
  }
  const seen = sent?.status === 'stored' ? linesOf(following ?? EMPTY) : undefined
  return (
    <div className="stack">
      <Block title="At the door">
        <Door of={tested.door} />
      </Block>
      <Block title={sent ? 'What it does' : 'What it would do'} aside={sent ? undefined : 'nothing was stored'}>
        <div className="stack">
          <p role="status">{sent ? SENT[sent.status] : sayingOf(tested)}</p>
          <Effect tested={tested} seen={seen} />
          {problem && <Failing error={problem} title="This could not be sent" />}
          {!sent && (
            <div className="row wrap">
              <Button variant="default" disabled={stale} loading={busy} onClick={() => void send()}>
                Send it for real
              </Button>
              <span className="dim small">
                {stale
                  ? 'The call was changed since: see first what it would do.'
                  : tested.door.fate === 'taken'
                    ? 'It is stored, and journeys may write to people.'
                    : 'It is counted, and changes nothing.'}
              </span>
            </div>
          )}
          {sent?.profileId && (
            <Go to={`/people/${sent.profileId}`} className="accent small">
              Whose it is
            </Go>
          )}
        </div>
      </Block>
    </div>
  )
}

const EMPTY: Effects = {
  ...{ identifiers: [], merges: [], refused: [], traits: [], subscriptions: [] },
  ...{ computedTraits: [], audiences: [], journeys: [] },
}
