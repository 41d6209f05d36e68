import { Button } from '@mantine/core'
import { useGet } from '../api.ts'
import { useSearchWord } from '../parts/go.tsx'
import { Block, Page } from '../parts/page.tsx'
import '../parts/parts.css'
import { SETTINGS, Siblings } from '../parts/siblings.tsx'
import { Await } from '../parts/state.tsx'
import { Copy } from './copy.tsx'
import { Edit } from './edit.tsx'
import './identity-rule.css'
import { type IdentityRule, type IdentityRules, PATH } from './wire.ts'
import { blockedWords, factOf, isChanged, limitWords } from './words.ts'

type RowProps = { readonly of: IdentityRule; readonly place: number; readonly open: () => void }

const Row = ({ of, place, open }: RowProps) => (
  <tr>
    <td className="main">
      <div className="placed">
        <span className="dim">{place}</span>
        <button type="button" className="link-button rule-name" onClick={open}>
          {of.type}
        </button>
      </div>
      {(of.seen || isChanged(of)) && <div className="sub indented">{of.seen ? 'turned up in calls' : 'your rule'}</div>}
    </td>
    <td className="soft nowrap">{limitWords(of)}</td>
    <td className="soft blocked-cell" data-label="blocked">
      {of.blocked === null ? 'the usual' : <span className="break">{blockedWords(of.blocked)}</span>}
    </td>
    <td className="soft mono-small">{of.readFrom.join(', ')}</td>
  </tr>
)

const Table = ({ rules, open }: { readonly rules: readonly IdentityRule[]; readonly open: (type: string) => void }) => (
  <table className="rows">
    <thead>
      <tr>
        <th>Type, kept longest first</th>
        <th>On one profile</th>
        <th>Blocked values</th>
        <th>Read from</th>
      </tr>
    </thead>
    <tbody>
      {rules.map((rule, at) => (
        <Row key={rule.type} of={rule} place={at + 1} open={() => open(rule.type)} />
      ))}
    </tbody>
  </table>
)

/** By what people are recognised: each type with its limit, what it blocks and where it is read from, the one that is kept longest first. */
export default function IdentityRuleList() {
  const found = useGet<IdentityRules>(PATH)
  const [type, openType] = useSearchWord('type')
  const [deed, setDeed] = useSearchWord('do')
  const rule = found.data?.rules.find((each) => each.type === type)
  return (
    <Page
      title="Settings"
      tab="Identity rules"
      fact={factOf(found.data?.rules)}
      below="Where a call would give a profile more values of a type than it may have, the call's identifiers are put aside from the end of this table until it fits. What is changed holds for calls that come from then on; people stay as they are."
      actions={
        <>
          <Button variant="default" onClick={() => setDeed('copy')}>
            Copy from another space
          </Button>
          <Button onClick={() => setDeed('add')}>Add a type</Button>
        </>
      }
    >
      <div className="filters">
        <Siblings of={SETTINGS} />
      </div>
      <Block flush>
        <Await of={found}>
          {(data) => (
            <>
              <Table rules={data.rules} open={openType} />
              <p className="dim small foot">Blocked as usual, for they name nobody: {blockedWords(data.usualBlocked)}.</p>
              {rule && <Edit key={rule.type} of={rule} all={data} close={() => openType('')} />}
              {deed === 'add' && <Edit all={data} close={() => setDeed('')} />}
              {deed === 'copy' && <Copy of={data.rules} close={() => setDeed('')} />}
            </>
          )}
        </Await>
      </Block>
    </Page>
  )
}
