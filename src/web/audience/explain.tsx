import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useGet } from '../api.ts'
import { Go, useSearchWord } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Await, Failing, Loading } from '../parts/state.tsx'
import { callOf, here, instant } from '../parts/words.ts'
import type { Explained, Explanation, Person } from '../wire.ts'
import { Evidence } from './evidence.tsx'

/** Each condition true or false of one person, with what makes it so. */
export const ExplainTree = ({ of }: { readonly of: readonly Explained[] }) => (
  <ul className="explain">
    {of.map((node) => (
      <li key={node.sentence + JSON.stringify(node.evidence)}>
        <div className="explain-line">
          <span className={node.matches ? 'mark yes' : 'mark no'}>
            <Icon name={node.matches ? 'check' : 'cross'} size={13} />
          </span>
          <div>
            <span className="sr">{node.matches ? 'True: ' : 'False: '}</span>
            {node.sentence}
            <Evidence of={node} />
          </div>
        </div>
        {node.conditions && node.conditions.length > 0 && <ExplainTree of={node.conditions} />}
      </li>
    ))}
  </ul>
)

/** Since when, until when, and what is not said. */
const Outlook = ({ of }: { readonly of: Explanation }) => (
  <div className="dim">
    {of.memberSince && <div>Since {instant(of.memberSince)}.</div>}
    {of.matches !== (of.memberSince !== null) && <div>{of.matches ? 'Enters' : 'Exits'} with the next evaluation.</div>}
    {!of.eligible && <div>It has none of the identifiers that members need.</div>}
    {of.changes && (
      <div data-testid="outlook">
        {of.changes.matches ? 'Enters' : 'Leaves'} on <time dateTime={of.changes.at}>{instant(of.changes.at)}</time>, when{' '}
        {here(of.changes.because)}, if nothing else happens.
      </div>
    )}
    {of.unchangedUntil && <div>Time alone changes nothing before {instant(of.unchangedUntil)}.</div>}
    {of.partial && <div>There are more events than were read; the evidence is of the newest.</div>}
  </div>
)

type Place = '/people' | '/accounts'
type VerdictProps = { readonly audience: string; readonly person: string; readonly name: string; readonly place: Place }
const Verdict = ({ audience, person, name, place }: VerdictProps) => {
  const answer = useGet<Explanation>(`/audiences/${audience}/explain`, { params: { profile: person }, every: 10_000 })
  return (
    <Await of={answer} lines={3}>
      {(explanation) => (
        <div className="stack">
          <p className="row wrap">
            <span className={explanation.matches ? 'status tone-good' : 'status tone-bad'}>
              <Icon name={explanation.matches ? 'check' : 'cross'} size={13} />
              {explanation.matches ? 'in' : 'not in'}
            </span>
            <span>
              <Go to={`${place}/${explanation.profileId}`} className="accent">
                {name}
              </Go>{' '}
              {explanation.matches ? 'is in this audience, because:' : 'is not in this audience, because:'}
            </span>
          </p>
          <Outlook of={explanation} />
          <ExplainTree of={[explanation.conditions]} />
        </div>
      )}
    </Await>
  )
}

type SuggestionsProps = { readonly text: string; readonly choose: (person: Person) => void; readonly place: Place }
const Suggestions = ({ text, choose, place }: SuggestionsProps) => {
  const people = useGet<{ profiles?: readonly Person[]; accounts?: readonly Person[] }>(
    place === '/accounts' ? '/accounts' : '/profiles',
    { params: { search: text, count: 8 }, keep: true },
  )
  if (people.error) return <Failing error={people.error} />
  if (!people.data) return <Loading lines={3} />
  const found = people.data.profiles ?? people.data.accounts ?? []
  if (found.length === 0) return <p className="dim">Nobody is called “{text}”.</p>
  return (
    <ul className="list">
      {found.map((person) => (
        <li key={person.id}>
          <button type="button" className="link-button grow left" onClick={() => choose(person)}>
            {callOf(person)} {person.name && <span className="dim">{person.email}</span>}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Takes a person by name and says of each condition whether it is true of them, and by what evidence. */
export const TestPerson = ({ audience, place = '/people' }: { readonly audience: string; readonly place?: Place }) => {
  const [person, setPerson] = useSearchWord('person')
  const [name, setName] = useSearchWord('who')
  const [wanted] = useDebouncedValue(name, 250)
  const direct = /^[0-9a-f-]{36}$/.test(person) || person.includes(':')
  const chosen = useGet<{ profile?: Person; account?: Person }>(
    `${place === '/accounts' ? '/accounts' : '/profiles'}/${person}`,
    {
      enabled: direct,
    },
  )
  return (
    <div className="stack">
      <TextInput
        label={place === '/accounts' ? 'Test an account' : 'Test a person'}
        description={
          place === '/accounts'
            ? 'A name, or an identifier such as group_id:42'
            : 'A name, an email, or an identifier such as user_id:42'
        }
        placeholder={place === '/accounts' ? 'Example Ltd' : 'Ann Example'}
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value)
          setPerson('')
        }}
        onKeyDown={(event) => event.key === 'Enter' && name.includes(':') && setPerson(name)}
        maw={420}
      />
      {direct ? (
        <Verdict
          audience={audience}
          person={person}
          name={nameOf(chosen.data?.profile ?? chosen.data?.account, name)}
          place={place}
        />
      ) : (
        <Suggestions text={wanted} choose={(one) => setPerson(one.id)} place={place} />
      )}
    </div>
  )
}

const nameOf = (profile: (Person & { traits?: Record<string, unknown> }) | undefined, typed: string): string => {
  const name = profile?.traits?.['name'] ?? profile?.name ?? profile?.identifiers?.['email']?.[0]
  return typeof name === 'string' && name !== '' ? name : typed || 'This person'
}
