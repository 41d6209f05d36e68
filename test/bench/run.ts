import { mkdtempSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { must } from '../../src/base/must.ts'
import { connect } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import { administrate, type EmbeddedPostgresServer, startPostgres } from '../../src/dev/postgres.ts'
import { findTemporal, startTemporal } from '../../src/dev/temporal.ts'
import type { Bench, Figure, Place, Scale } from './bench.ts'
import { BENCHES } from './index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profiles: { type: 'string', default: '1000000' },
    events: { type: 'string', default: '20000000' },
    json: { type: 'boolean', default: false },
  },
})
const scale: Scale = { profiles: Number(values.profiles), events: Number(values.events) }
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const round = (n: number): number => (Math.abs(n) >= 100 ? Math.round(n) : Number(n.toPrecision(3)))
const show = (figure: Figure): string => {
  const compared =
    figure.other === undefined
      ? ''
      : ` · other ${round(figure.other).toLocaleString('en')} ${figure.unit} · ratio ${round(figure.ratio ?? Number.NaN)}`
  return `${figure.met ? '✓' : '✗'} ${figure.name}: ${round(figure.ours).toLocaleString('en')} ${figure.unit}${compared} · goal ${figure.goal}${figure.note ? ` · ${figure.note}` : ''}`
}

type Opened = { readonly url: string; readonly connection: ReturnType<typeof connect> }
const openDatabase = async (server: EmbeddedPostgresServer, name: string): Promise<Opened> => {
  await administrate(server.url('postgres'), `create database ${name}`)
  const connection = connect(server.url(name))
  await migrate(connection.db)
  return { url: server.url(name), connection }
}

const runBench = async (bench: Bench, server: EmbeddedPostgresServer): Promise<readonly Figure[]> => {
  const stops: (() => Promise<void>)[] = []
  const open = async (name: string): Promise<Opened> => {
    const opened = await openDatabase(server, name)
    stops.push(opened.connection.close)
    return opened
  }
  const name = bench.name.replaceAll('-', '_')
  let extra = 0
  const place: Place = {
    scale,
    ...(await open(`bench_${name}`)),
    another: () => open(`bench_${name}_${++extra}`),
    temporal: async () => {
      const binary = must(
        findTemporal(process.env['TEMPORAL_CLI_PATH'], process.env['PATH'] ?? ''),
        'a Temporal CLI: run `npm test` or `npm start` once',
      )
      const temporal = await startTemporal(binary.path)
      stops.push(temporal.stop)
      return temporal.address
    },
    say,
  }
  try {
    return await bench.run(place)
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

const chosen = BENCHES.filter((bench) => positionals.length === 0 || positionals.some((name) => bench.name.startsWith(name)))
if (chosen.length === 0) {
  say(`There is no benchmark of that name. There are: ${BENCHES.map((bench) => bench.name).join(', ')}.`)
  process.exit(2)
}
say(
  `${availableParallelism()} cores, node ${process.version}, ${scale.profiles.toLocaleString('en')} profiles, ${scale.events.toLocaleString('en')} events`,
)
const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'))
await chmod(folder, 0o755)
const server = await startPostgres(folder, {
  flags: ['-c', 'shared_buffers=2GB', '-c', 'max_wal_size=8GB', '-c', 'work_mem=64MB'],
})
let unmet = 0
try {
  for (const bench of chosen) {
    say(`\n${bench.name}: ${bench.what}`)
    for (const figure of await runBench(bench, server)) {
      unmet += figure.met ? 0 : 1
      process.stdout.write(`${values.json ? JSON.stringify(figure) : show(figure)}\n`)
    }
  }
} finally {
  await server.stop()
}
say(unmet === 0 ? '\nEvery goal is reached.' : `\n${unmet} goals are not reached.`)
