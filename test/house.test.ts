import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Import, importsOf, projectFiles, ROOT, textOf } from './support/source-tree.ts'

const files = projectFiles()
const code = files.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.endsWith('.d.ts'))
const product = code.filter((file) => file.startsWith('src/') || file.startsWith('workflows/'))
const imports = product.flatMap(importsOf)

/** The stairs: a room may import rooms above it in this list, never one on its own step (but itself) or below. */
const STAIRS: readonly (readonly string[])[] = [
  ['base'],
  ['db', 'fql'],
  ['space'],
  ['event', 'profile'],
  ['trait', 'subscription', 'filter', 'tracking-plan', 'transformation', 'function'],
  ['destination'],
  ['catalog'],
  ['ingest'],
  ['audience', 'sql-trait'],
  ['template'],
  ['message'],
  ['journey', 'broadcast', 'sync', 'regulation', 'alert'],
  ['api', 'worker', 'reactions', 'cli', 'dev'],
  ['main'],
]
const ROOMS_AT_THE_TOP = new Set(['api', 'worker', 'reactions', 'cli', 'dev', 'main'])
const roomOf = (path: string): string | undefined => /^src\/([^/.]+)/.exec(path)?.[1]
const stepOf = (room: string): number => STAIRS.findIndex((step) => step.includes(room))

const climbs = ({ from, to }: Import): boolean => {
  const [here, there] = [roomOf(from), roomOf(to)]
  if (!here || !there || here === there || there === 'config' || here === 'config' || here === 'web') return false
  if (ROOMS_AT_THE_TOP.has(here)) return there === 'main'
  return stepOf(there) >= stepOf(here)
}

it('G11 imports go down the stairs', () => {
  const rooms = new Set(product.map(roomOf).filter((room) => room !== undefined && room !== 'config' && room !== 'web'))
  expect([...rooms].filter((room) => room && stepOf(room) < 0)).toEqual([])
  expect(imports.filter(climbs)).toEqual([])
})

it('only the doors know the configuration', () => {
  const inside = imports.filter(({ from, to }) => to === 'src/config.ts' && !ROOMS_AT_THE_TOP.has(roomOf(from) ?? ''))
  expect(inside.filter(({ typeOnly }) => !typeOnly)).toEqual([])
})

it('G11 workflows take only types, the base and the workflow library', () => {
  const taken = imports.filter(({ from, typeOnly }) => from.startsWith('workflows/') && !typeOnly).map(({ to }) => to)
  expect(taken.filter((to) => to !== '@temporalio/workflow' && !/^(workflows|src\/base)\//.test(to))).toEqual([])
})

// A simulation walks with production's own walk, which is pure: it is no workflow, it knows nothing of Temporal.
const SIMULATED = { from: 'src/journey/simulate.ts', to: 'workflows/walk.ts' }
it('the rooms take from workflows only types', () => {
  const taken = imports.filter(({ from, to, typeOnly }) => from.startsWith('src/') && to.startsWith('workflows/') && !typeOnly)
  expect(taken.filter(({ from, to }) => from !== SIMULATED.from || to !== SIMULATED.to)).toEqual([])
})

// Two truths that must agree are worth nothing if one is taken from the other, and the slower one decides nothing.
const EVALUATOR = 'src/audience/evaluator/'
const SHOWN_BY = ['src/audience/explain.ts', 'src/audience/known.ts']
it('G2 the evaluator knows nothing of the compiler, and nobody but explain asks it', () => {
  const taken = imports.filter(
    ({ from, to }) => from.startsWith(EVALUATOR) && !to.startsWith(EVALUATOR) && !to.startsWith('src/base/'),
  )
  expect(taken.filter(({ to, typeOnly }) => to !== 'src/audience/condition.ts' || !typeOnly)).toEqual([])
  const asking = imports.filter(({ from, to }) => to.startsWith(EVALUATOR) && !from.startsWith(EVALUATOR))
  expect(asking.filter(({ from }) => !SHOWN_BY.includes(from))).toEqual([])
})

it('the app in the browser knows neither the database nor node', () => {
  const web = imports.filter(
    ({ from, to }) =>
      from.startsWith('src/web/') && !from.endsWith('vite.config.ts') && (to.startsWith('src/db/') || to.startsWith('node:')),
  )
  expect(web.filter(({ typeOnly }) => !typeOnly)).toEqual([])
})

it('no file imports itself in a circle', () => {
  const next = Map.groupBy(
    imports.filter((each) => !each.typeOnly),
    (each) => each.from,
  )
  const seen = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (seen.get(file) === 'open') circles.push([...path, file].join(' → '))
    if (seen.has(file)) return
    seen.set(file, 'open')
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file])
    seen.set(file, 'done')
  }
  for (const file of product) visit(file, [])
  expect(circles).toEqual([])
})

it('the top level holds what it is meant to hold', () => {
  const allowed = new Set([
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'src',
    'workflows',
    'templates',
    'test',
    'README.md',
    'LICENSE',
  ])
  const top = new Set(files.map((file) => file.split('/')[0] ?? ''))
  expect([...top].filter((name) => !name.startsWith('.') && !allowed.has(name))).toEqual([])
})

it('files stay under 400 lines', () => {
  expect(code.filter((file) => textOf(file).split('\n').length > 401)).toEqual([])
})

const OPENS = /^\s*(?:export )?(?:default )?(?:async )?(?:const (\w+)\b.*(?:=>|\()|function\*? (\w+))/
const indentOf = (line: string): number => line.length - line.trimStart().length
// A line that only closes the parameters goes on: `): Promise<void> => {`.
const goesOn = (line: string): boolean => /^\s*\)[^;]*(?:=>|\{|\()\s*$/.test(line)

// A function ends where a line stands as far left as its first one did.
const functionsOver = (text: string, ceiling: number): readonly string[] => {
  const lines = text.split('\n')
  return lines.flatMap((line, start) => {
    const opens = OPENS.exec(line)
    if (!opens) return []
    const end = lines.findIndex(
      (other, at) => at > start && other.trim() !== '' && indentOf(other) <= indentOf(line) && !goesOn(other),
    )
    const length = (end < 0 ? lines.length : end) - start + 1
    return length > ceiling ? [`${start + 1} ${opens[1] ?? opens[2]} (${length} lines)`] : []
  })
}

it('measures a function to its end', () => {
  const body = '  a()\n'.repeat(61)
  const found = (text: string) => functionsOver(text, 60).length
  expect(
    [`const f = () => {\n${body}}\n`, `const f = (\n  a: A,\n): B => {\n${body}}\n`, `function f() {\n${body}}\n`].map(found),
  ).toEqual([1, 1, 1])
  expect([`const f = () => 1\n\n${'a()\n'.repeat(61)}`, `const f = () => {\n  a()\n}\n`].map(found)).toEqual([0, 0])
})

it('functions stay under 60 lines', () => {
  expect(product.flatMap((file) => functionsOver(textOf(file), 60).map((found) => `${file}:${found}`))).toEqual([])
})

it('no name that says nothing', () => {
  expect(code.filter((file) => /(^|\/)(utils?|helpers?|common|misc|shared|managers?|services?)(\.|\/)/.test(file))).toEqual([])
})

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g, '')
const loose = (text: string): readonly string[] => [
  ...(withoutComments(text).match(/(?::|\bas|<)\s*any\b/g) ?? []),
  ...(text.match(/@ts-(?:ignore|expect-error|nocheck)|\b(?:TODO|FIXME|XXX)\b/g) ?? []),
]

it('the product has no loose ends: any, silenced types, work left for later', () => {
  expect(product.flatMap((file) => loose(textOf(file)).map((what) => `${file}: ${what}`))).toEqual([])
})

it('only config.ts reads the environment', () => {
  const readers = product.filter(
    (file) => /process\.env\b/.test(textOf(file)) && !['src/config.ts'].includes(file) && !file.startsWith('src/dev/'),
  )
  expect(readers).toEqual([])
})

it('nothing below the doors reads a clock or draws chance', () => {
  const below = product.filter((file) => {
    const room = roomOf(file)
    return room !== undefined && !ROOMS_AT_THE_TOP.has(room) && room !== 'web' && room !== 'config' && room !== 'base'
  })
  const readers = below.filter((file) => /\bnew Date\(\)|\bDate\.now\(\)|\bMath\.random\(\)|\brandomBytes\(/.test(textOf(file)))
  expect(readers).toEqual([])
})

it('tests mirror the tree', () => {
  const folders = readdirSync(join(ROOT, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  const own = new Set(['support', 'queries', 'suites', 'bench', 'clients', 'fuzz', 'workflows', 'screenshots', 'cases'])
  expect(folders.filter((folder) => !own.has(folder) && !existsSync(join(ROOT, 'src', folder)))).toEqual([])
})
