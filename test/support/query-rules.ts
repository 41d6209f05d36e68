import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { CompiledQuery } from 'kysely'
import { EXCEPTIONS } from './query-exceptions.ts'
import { lintQuery } from './query-lint.ts'

const FOLDER = new URL('../queries/', import.meta.url)
const checked = new Set<string>()

// A name that ends in `*` has a text that depends on its input (a compiled condition): its golden texts lie with the compiler's tests.
const goldenFile = (name: string): URL | undefined => (name.endsWith('*') ? undefined : new URL(`${name}.sql`, FOLDER))

const tidy = (text: string): string => `${text.trim().replaceAll(/^ {2,}/gm, '  ')}\n`

/** Every named statement that any test runs has one golden text, `test/queries/<name>.sql`; `UPDATE_GOLDEN=1` writes it. */
const compareGolden = (name: string, text: string): void => {
  const file = goldenFile(name)
  if (!file) return
  if (process.env['UPDATE_GOLDEN']) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(file, tidy(text))
    return
  }
  if (!existsSync(file))
    throw new Error(`query ${name} has no golden text: run the test with UPDATE_GOLDEN=1 and read test/queries/${name}.sql`)
  const golden = readFileSync(file, 'utf8')
  if (golden !== tidy(text)) throw new Error(`query ${name} is not its golden text:\n${text}\n-- expected:\n${golden}`)
}

const refuseIdArrays = (name: string, compiled: CompiledQuery): void => {
  const long = /= any\(\$(\d+)/i.exec(compiled.sql)
  const values = long ? compiled.parameters[Number(long[1]) - 1] : undefined
  if (Array.isArray(values) && values.length > 100)
    throw new Error(`query ${name} compares with an array of ${values.length} ids: hand them over as rows (R8)`)
}

// Also of what has no golden text: whatever a condition compiles to must run on a cluster.
const refuseFindings = (name: string, text: string): void => {
  // What a test itself does to the database is not ours to run on a cluster.
  if (name.startsWith('test.')) return
  const allowed = EXCEPTIONS[name]?.rules ?? []
  const [finding] = lintQuery(text).filter(({ rule }) => !allowed.includes(rule))
  if (finding) throw new Error(`query ${name} breaks ${finding.rule} of a statement: ${finding.message}\n${text}`)
}

export const inspectQuery = (name: string, compiled: CompiledQuery): void => {
  refuseIdArrays(name, compiled)
  const key = `${name}\n${compiled.sql}`
  if (checked.has(key)) return
  compareGolden(name, compiled.sql)
  refuseFindings(name, compiled.sql)
  checked.add(key)
}
