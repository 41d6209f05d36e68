import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Every file of the project, as git sees it: tracked, or new and not ignored. Paths are relative to the top. */
export const projectFiles = (): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(ROOT, file)))

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean }

const STATEMENT = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(\{[^}]*\}|[\w*][^'"{};=]*?(?:\{[^}]*\})?)\s*from\s*['"]([^'"]+)['"]/g
const BARE = /(?:^|\n)import\s+['"]([^'"]+)['"]/g
const DYNAMIC = /import\(\s*['"]([^'"]+)['"]\s*\)/g

const onlyTypes = (named: string | undefined): boolean =>
  named?.startsWith('{') === true &&
  named
    .slice(1, -1)
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
    .every((name) => name.startsWith('type '))

const resolved = (from: string, to: string): string => (to.startsWith('.') ? normalize(join(dirname(from), to)) : to)

/** What a file imports: paths relative to the top, packages by name. */
export const importsOf = (file: string): readonly Import[] => {
  const text = textOf(file)
  const statements = [...text.matchAll(STATEMENT)].map(([, type, named, to]) => ({
    from: file,
    to: resolved(file, String(to)),
    typeOnly: type !== undefined || onlyTypes(named),
  }))
  const dynamic = [...text.matchAll(DYNAMIC)].map(([, to]) => ({ from: file, to: resolved(file, String(to)), typeOnly: false }))
  const bare = [...text.matchAll(BARE)].map(([, to]) => ({ from: file, to: resolved(file, String(to)), typeOnly: false }))
  return [...statements, ...bare, ...dynamic]
}
