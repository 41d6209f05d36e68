import { NativeSelect } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useGet } from '../api.ts'
import { useSearchWord } from '../parts/go.tsx'
import '../parts/parts.css'
import { Block, Page, Tabs, Trail } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import { Sources } from './connect.tsx'
import { PlanCsv } from './csv.tsx'
import type { Plan, Rule, Violation } from './wire.ts'

type Schema = { readonly [key: string]: unknown }
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)
const inside = (schema: unknown, key: string): Schema => (isSchema(schema) && isSchema(schema[key]) ? schema[key] : {})

const propertiesOf = ({ type, jsonSchema }: Rule): Schema =>
  inside(inside(jsonSchema, 'properties'), type === 'IDENTIFY' || type === 'GROUP' ? 'traits' : 'properties')

const wordOf = (schema: unknown): string => {
  const type = isSchema(schema) ? schema['type'] : undefined
  return typeof type === 'string' ? type : Array.isArray(type) ? type.join(' or ') : 'any'
}

const NAMES: Readonly<Record<string, string>> = {
  COMMON: 'Every call',
  IDENTIFY: 'Identify',
  GROUP: 'Group',
  PAGE: 'Page',
  SCREEN: 'Screen',
}

const RuleLine = ({ of }: { readonly of: Rule }) => {
  const bag = propertiesOf(of)
  const { required } = bag
  const needed = new Set<unknown>(Array.isArray(required) ? required : [])
  const properties = Object.entries(inside(bag, 'properties'))
  return (
    <li>
      <details>
        <summary>
          <strong>{NAMES[of.type] ?? of.key}</strong> {of.version > 1 && <span className="dim">version {of.version}</span>}
          <span className="dim small">
            {' '}
            {properties.map(([name, schema]) => `${name}${needed.has(name) ? '*' : ''} ${wordOf(schema)}`).join(', ') ||
              'any property'}
          </span>
        </summary>
        <pre>{JSON.stringify(of.jsonSchema, null, 2)}</pre>
      </details>
    </li>
  )
}

const Rules = ({ plan }: { readonly plan: string }) => {
  const rules = useGet<{ rules: readonly Rule[] }>(`/tracking-plans/${plan}/rules`)
  return (
    <Block title="Rules">
      <Await of={rules}>
        {({ rules: all }) =>
          all.length === 0 ? (
            <Empty icon="event" title="No rule yet">
              Write them by API, or make a plan of what a source sent.
            </Empty>
          ) : (
            <ul className="list">
              {all.map((rule) => (
                <RuleLine key={`${rule.type} ${rule.key} ${rule.version}`} of={rule} />
              ))}
            </ul>
          )
        }
      </Await>
    </Block>
  )
}

const pretty = (sample: string): string => {
  try {
    return JSON.stringify(JSON.parse(sample), null, 2)
  } catch {
    return sample
  }
}

const Violations = ({ plan }: { readonly plan: string }) => {
  const [window, setWindow] = useSearchWord('window', '24h')
  const found = useGet<{ violations: readonly Violation[] }>('/violations', {
    params: { trackingPlanId: plan, window },
    every: 10_000,
  })
  return (
    <Block title="Violations">
      <NativeSelect
        label="In the last"
        value={window}
        onChange={(e) => setWindow(e.currentTarget.value)}
        data={[
          { value: '1h', label: 'hour' },
          { value: '24h', label: '24 hours' },
          { value: '7d', label: '7 days' },
        ]}
      />
      <Await of={found}>
        {({ violations }) =>
          violations.length === 0 ? (
            <Empty icon="check" title="No call broke this plan in that time" />
          ) : (
            <ul className="list">
              {violations.map((one) => (
                <li key={`${one.sourceId} ${one.eventType} ${one.event} ${one.field} ${one.description}`}>
                  <details className="grow">
                    <summary>
                      <strong>{one.event || NAMES[one.eventType.toUpperCase()]}</strong> <span className="mono">{one.field}</span>{' '}
                      {one.description}
                      <span className="dim small">
                        {' '}
                        {many(one.count, 'call')}
                        {one.blocked > 0 && `, ${one.blocked} blocked`}, last <Ago at={one.lastSeenAt} />
                      </span>
                    </summary>
                    <pre>{pretty(one.sample)}</pre>
                  </details>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </Block>
  )
}

const Changes = ({ plan }: { readonly plan: string }) => {
  const changes = useGet<{ changes: readonly { changedAt: string; changedBy: string; action: string; subject: string }[] }>(
    `/tracking-plans/${plan}/changes`,
  )
  return (
    <Block title="Who changed what">
      <Await of={changes}>
        {({ changes: all }) => (
          <ul className="list">
            {all.map(({ changedAt, changedBy, action, subject }) => (
              <li key={`${changedAt} ${action} ${subject}`}>
                <span className="grow">
                  {changedBy} {action} {subject}
                </span>
                <span className="dim">
                  <Ago at={changedAt} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Await>
    </Block>
  )
}

const RulesTab = ({ plan }: { readonly plan: string }) => (
  <div className="stack">
    <Rules plan={plan} />
    <PlanCsv plan={plan} />
  </div>
)

const Opened = ({ of }: { readonly of: Plan }) => (
  <Page
    title={
      <Trail to="/tracking-plans" of="Tracking plans">
        {of.name}
      </Trail>
    }
    tab={of.name}
    fact={`${of.name}: ${many(of.rules, 'rule')}, ${of.sources === 0 ? 'not connected to any source' : `asked of ${many(of.sources, 'source')}`}.`}
  >
    <Tabs
      of={[
        { key: 'rules', label: 'Rules', body: () => <RulesTab plan={of.id} /> },
        { key: 'violations', label: 'Violations', body: () => <Violations plan={of.id} /> },
        { key: 'sources', label: 'Sources', body: () => <Sources plan={of.id} /> },
        { key: 'changes', label: 'Changes', body: () => <Changes plan={of.id} /> },
      ]}
    />
  </Page>
)

/** One tracking plan: its rules, who broke them with an example, which sources it is asked of, and who changed it. */
export default function TrackingPlanPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const plan = useGet<{ trackingPlan: Plan }>(`/tracking-plans/${id}`)
  return <Await of={plan}>{({ trackingPlan }) => <Opened of={trackingPlan} />}</Await>
}
