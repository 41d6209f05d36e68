import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useApi, useGet } from '../api.ts'
import '../parts/forms.css'
import '../parts/parts.css'
import { useActing } from '../parts/acting.ts'
import { useGo } from '../parts/go.tsx'
import { Block, Page, Tabs, Trail } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import { Sources } from './connect.tsx'
import { PlanCsv } from './csv.tsx'
import { Libraries } from './libraries.tsx'
import { Rules } from './rules.tsx'
import { Violations } from './violations.tsx'
import type { Plan } from './wire.ts'

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

const KINDS: Readonly<Record<string, string>> = {
  RULE_LIBRARY: 'a library of events',
  PROPERTY_LIBRARY: 'a library of properties',
}

const factOf = ({ name, type, rules, sources }: Plan): string => {
  const kind = KINDS[type]
  if (kind) return `${name}: ${kind}, ${many(rules, 'rule')}.`
  const asked = sources === 0 ? 'not connected to any source' : `asked of ${many(sources, 'source')}`
  return `${name}: ${many(rules, 'rule')}, ${asked}.`
}

const Duplicate = ({ of }: { readonly of: Plan }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const duplicate = (): void =>
    act(async () => {
      const { data } = await api.call<{ data: { trackingPlan: Plan } }>('POST', `/tracking-plans/${of.id}/copies`, {
        name: `Copy of ${of.name}`,
      })
      await queries.invalidateQueries({ queryKey: ['/tracking-plans'] })
      go(`/tracking-plans/${data.trackingPlan.id}`)
    })
  return (
    <>
      {problem && <Failing error={problem} title="It was not duplicated" />}
      <Button variant="default" loading={busy} onClick={duplicate}>
        Duplicate
      </Button>
    </>
  )
}

const RulesTab = ({ plan }: { readonly plan: Plan }) => (
  <div className="stack">
    <Rules plan={plan} />
    <PlanCsv plan={plan.id} />
  </div>
)

const Opened = ({ of }: { readonly of: Plan }) => {
  const isLibrary = KINDS[of.type] !== undefined
  const rules = { key: 'rules', label: 'Rules', body: () => <RulesTab plan={of} /> }
  const changes = { key: 'changes', label: 'Changes', body: () => <Changes plan={of.id} /> }
  const own = [
    { key: 'libraries', label: 'Libraries', body: () => <Libraries plan={of.id} /> },
    { key: 'violations', label: 'Violations', body: () => <Violations plan={of.id} /> },
    { key: 'sources', label: 'Sources', body: () => <Sources plan={of.id} /> },
  ]
  return (
    <Page
      title={
        <Trail to="/tracking-plans" of="Tracking plans">
          {of.name}
        </Trail>
      }
      tab={of.name}
      fact={factOf(of)}
      actions={<Duplicate of={of} />}
    >
      <Tabs of={[rules, ...(isLibrary ? [] : own), changes]} />
    </Page>
  )
}

/** One tracking plan or library: its rules, the libraries it follows, who broke them with an example, which sources it is asked of, and who changed it. */
export default function TrackingPlanPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const plan = useGet<{ trackingPlan: Plan }>(`/tracking-plans/${id}`)
  return <Await of={plan}>{({ trackingPlan }) => <Opened key={trackingPlan.id} of={trackingPlan} />}</Await>
}
