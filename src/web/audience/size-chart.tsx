import '@mantine/core/styles/Paper.css'
import '@mantine/charts/styles.css'
import { AreaChart } from '@mantine/charts'
import { useGet } from '../api.ts'
import { Await, Empty } from '../parts/state.tsx'
import { dayOf, number } from '../parts/words.ts'

type Size = { readonly at: string; readonly count: number }

/** How many were in, day by day. */
export default function SizeChart({ audience, of }: { readonly audience: string; readonly of: 'people' | 'accounts' }) {
  const sizes = useGet<{ sizes: readonly Size[] }>(`/audiences/${audience}/sizes`, { params: { days: 30 }, every: 30_000 })
  return (
    <Await of={sizes}>
      {({ sizes: points }) =>
        points.length < 2 ? (
          <Empty icon="clock" title="Too young for a chart">
            The size is drawn here from its second day on.
          </Empty>
        ) : (
          <AreaChart
            h={210}
            data={points.map((point) => ({ day: dayOf(point.at).replace(/,? \d{4}$/, ''), [of]: point.count }))}
            dataKey="day"
            series={[{ name: of, color: 'velvet.6' }]}
            curveType="monotone"
            withDots={false}
            gridAxis="x"
            strokeWidth={1.8}
            fillOpacity={0.12}
            valueFormatter={(value) => number(value)}
            xAxisProps={{ minTickGap: 40 }}
            yAxisProps={{ allowDecimals: false }}
          />
        )
      }
    </Await>
  )
}
