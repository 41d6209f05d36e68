import { mkdirSync, mkdtempSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../../src/dev/postgres.ts'
import { type Figure, load, type Scale } from './bench.ts'
import { BENCHES } from './index.ts'
import { runBench } from './support/place.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profiles: { type: 'string', default: '1000000' },
    events: { type: 'string', default: '20000000' },
    json: { type: 'boolean', default: false },
    // Keeps the database there, so that the next run finds its million people.
    folder: { type: 'string' },
  },
})
const scale: Scale = { profiles: Number(values.profiles), events: Number(values.events) }
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const round = (n: number): number => (Math.abs(n) >= 100 ? Math.round(n) : Number(n.toPrecision(3)))
const mark = ({ goal, met }: Figure): string => (goal === '' ? '·' : met ? '✓' : '✗')
const show = (figure: Figure): string => {
  const compared =
    figure.other === undefined
      ? ''
      : ` · other ${round(figure.other).toLocaleString('en')} ${figure.unit}${figure.ratio === undefined ? '' : ` · ratio ${round(figure.ratio)}`}`
  return `${mark(figure)} ${figure.name}: ${round(figure.ours).toLocaleString('en')} ${figure.unit}${compared}${figure.goal ? ` · goal ${figure.goal}` : ''}${figure.note ? ` · ${figure.note}` : ''}`
}

const chosen = BENCHES.filter((bench) => positionals.length === 0 || positionals.some((name) => bench.name.startsWith(name)))
if (chosen.length === 0) {
  say(`There is no benchmark of that name. There are: ${BENCHES.map((bench) => bench.name).join(', ')}.`)
  process.exit(2)
}
say(
  `${availableParallelism()} cores (${cpus()[0]?.model}), node ${process.version}, ${scale.profiles.toLocaleString('en')} profiles, ${scale.events.toLocaleString('en')} events, ${load()}`,
)
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'usher-bench-'))
mkdirSync(folder, { recursive: true })
await chmod(folder, 0o755)
const server = await startPostgres(folder, { flags: ['shared_buffers=2GB', 'max_wal_size=8GB', 'work_mem=64MB'] })
let unmet = 0
let broken = 0
try {
  for (const bench of chosen) {
    const started = Date.now()
    say(`\n${bench.name}: ${bench.what}`)
    try {
      for (const figure of await runBench(bench, { server, scale, say })) {
        if (figure.detail && !values.json) continue
        unmet += figure.met ? 0 : 1
        process.stdout.write(`${values.json ? JSON.stringify(figure) : show(figure)}\n`)
      }
    } catch (error) {
      broken++
      say(`✗ ${bench.name} broke: ${error instanceof Error ? error.stack : error}`)
    }
    say(`  ${Math.round((Date.now() - started) / 1000)} s, ${load()}`)
  }
} finally {
  await server.stop()
  if (values.folder === undefined) await rm(folder, { recursive: true, force: true })
}
say(unmet + broken === 0 ? '\nEvery goal is reached.' : `\n${unmet} goals are not reached, ${broken} benchmarks broke.`)
process.exit(broken === 0 ? 0 : 1)
