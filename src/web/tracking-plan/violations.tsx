import { NativeSelect } from '@mantine/core'
import { useGet } from '../api.ts'
import { useSearchWord } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { Ago } from '../parts/time.tsx'
import { many } from '../parts/words.ts'
import { NAMES } from './rules.tsx'
import type { Violation } from './wire.ts'

const pretty = (sample: string): string => {
  try {
    return JSON.stringify(JSON.parse(sample), null, 2)
  } catch {
    return sample
  }
}

/** How calls broke a plan lately, each with an example. */
export const Violations = ({ plan }: { readonly plan: string }) => {
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
