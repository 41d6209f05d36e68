import { sql } from 'kysely'
import { notFound, Refused } from '../base/errors.ts'
import { idFrom } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { TemplateRow } from '../db/rows/message.ts'
import { type Compiled, compileTemplate } from './compile.ts'
import type { TemplateContent } from './source.ts'

export type Template = Pick<TemplateRow, 'id' | 'key' | 'name' | 'channel' | 'version' | 'created_at' | 'updated_at'>
export type TemplateVersion = { readonly source: JsonObject; readonly compiled: Compiled }

/** Templates that are not deleted, by key, after `after`; and how many there are in all. */
export const listTemplates = async (
  db: Db,
  spaceId: string,
  page: { readonly after: string; readonly limit: number; readonly channel?: string | undefined },
): Promise<{ readonly templates: readonly Template[]; readonly total: number }> => {
  const channel = page.channel ?? null
  const templates = await run(
    db,
    query(
      'template.list',
      sql<Template>`select id, key, name, channel, version, created_at, updated_at from template
        where space_id = ${spaceId} and deleted_at is null and key > ${page.after} and (${channel}::text is null or channel = ${channel}::text)
        order by key limit ${page.limit}`,
    ),
  )
  const counted = await runOne(
    db,
    query(
      'template.count',
      sql<{ total: number }>`select count(*) as total from template
        where space_id = ${spaceId} and deleted_at is null and (${channel}::text is null or channel = ${channel}::text)`,
    ),
  )
  return { templates, total: counted?.total ?? 0 }
}

/** The template of a key, or undefined. */
export const templateByKey = (db: Db, spaceId: string, key: string): Promise<Template | undefined> =>
  runOne(
    db,
    query(
      'template.by_key',
      sql<Template>`select id, key, name, channel, version, created_at, updated_at from template
        where space_id = ${spaceId} and key = ${key} and deleted_at is null`,
    ),
  )

/** The template of an id or a key. @throws Refused 404. */
export const templateOf = async (db: Db, spaceId: string, idOrKey: string): Promise<Template> => {
  const found = await runOne(
    db,
    query(
      'template.by_id_or_key',
      sql<Template>`select id, key, name, channel, version, created_at, updated_at from template
        where space_id = ${spaceId} and (id = ${idOrKey} or key = ${idOrKey}) and deleted_at is null
        order by case when id = ${idOrKey} then 0 else 1 end limit 1`,
    ),
  )
  if (!found) throw notFound('template', idOrKey)
  return found
}

const addVersion = async (
  tx: Db,
  spaceId: string,
  version: { templateId: string; version: number; content: TemplateContent; compiled: Compiled },
  now: Date,
): Promise<void> => {
  await run(
    tx,
    query(
      'template.add_version',
      sql`insert into template_version (space_id, template_id, version, source, compiled, created_at)
        values (${spaceId}, ${version.templateId}, ${version.version}, ${JSON.stringify(version.content.source)}::jsonb,
          ${JSON.stringify(version.compiled)}::jsonb, ${now})`,
    ),
  )
}

export type NewTemplate = { readonly id?: string; readonly key: string; readonly name: string; readonly content: TemplateContent }

/**
 * Makes a template with its first version; its id follows from space, key and moment unless it is given. @throws Invalid when it does
 * not compile, Refused when the key is taken.
 */
export const createTemplate = async (db: Db, spaceId: string, made: NewTemplate, now: Date): Promise<Template> => {
  const { key, name, content } = made
  const id = made.id ?? `tpl_${idFrom(spaceId, key, now.toISOString()).replaceAll('-', '').slice(0, 24)}`
  const compiled = await compileTemplate(content)
  return transact(db, async (tx) => {
    const template = await runOne(
      tx,
      query(
        'template.create',
        sql<Template>`insert into template (space_id, id, key, name, channel, version, created_at, updated_at)
          values (${spaceId}, ${id}, ${key}, ${name}, ${content.channel}, 1, ${now}, ${now})
          on conflict do nothing returning id, key, name, channel, version, created_at, updated_at`,
      ),
    )
    if (!template) throw new Refused('template_exists', `There is a template "${key}" already: choose another key.`)
    await addVersion(tx, spaceId, { templateId: id, version: 1, content, compiled }, now)
    return template
  })
}

export type TemplateChange = { readonly name?: string | undefined; readonly content?: TemplateContent | undefined }

/**
 * Renames a template, or gives it new content as its next version: what was sent or is on its way keeps the version it has.
 * @throws Refused when somebody else saved a version in between.
 */
export const updateTemplate = async (
  db: Db,
  spaceId: string,
  template: Template,
  change: TemplateChange,
  now: Date,
): Promise<Template> => {
  const compiled = change.content && (await compileTemplate(change.content))
  const version = compiled ? template.version + 1 : template.version
  return transact(db, async (tx) => {
    const updated = await runOne(
      tx,
      query(
        'template.update',
        sql<Template>`update template set name = ${change.name ?? template.name}, version = ${version}, updated_at = ${now}
          where space_id = ${spaceId} and id = ${template.id} and version = ${template.version} and deleted_at is null
          returning id, key, name, channel, version, created_at, updated_at`,
      ),
    )
    if (!updated) throw new Refused('template_changed', 'Somebody else saved this template just now: load it again.')
    if (change.content && compiled)
      await addVersion(tx, spaceId, { templateId: template.id, version, content: change.content, compiled }, now)
    return updated
  })
}

/** Deletes a template; its versions stay for what was sent with them, its key is free again. */
export const deleteTemplate = async (db: Db, spaceId: string, template: Template, now: Date): Promise<void> => {
  const suffix = `~${template.id}`
  await run(
    db,
    query(
      'template.delete',
      sql`update template set deleted_at = ${now}, key = key || ${suffix}::text
        where space_id = ${spaceId} and id = ${template.id} and deleted_at is null`,
    ),
  )
}

const readVersion = async (db: Db, spaceId: string, templateId: string, version: number): Promise<TemplateVersion> => {
  const found = await runOne(
    db,
    query(
      'template.version',
      sql<TemplateVersion>`select source, compiled from template_version
        where space_id = ${spaceId} and template_id = ${templateId} and version = ${version}`,
    ),
  )
  if (!found) throw notFound('template version', `${templateId} ${version}`)
  return found
}

const MOST_CACHED = 500
const caches = new WeakMap<Db, Map<string, TemplateVersion>>()

/**
 * One version, source and compiled. Versions never change, so each is read and parsed once for a connection; inside a transaction it is
 * read anew, because what the transaction made may be undone. @throws Refused 404.
 */
export const loadTemplateVersion = async (
  db: Db,
  spaceId: string,
  templateId: string,
  version: number,
): Promise<TemplateVersion> => {
  if (db.isTransaction) return readVersion(db, spaceId, templateId, version)
  const cache = caches.get(db) ?? new Map<string, TemplateVersion>()
  caches.set(db, cache)
  const key = `${spaceId} ${templateId} ${version}`
  const known = cache.get(key)
  if (known) return known
  const loaded = await readVersion(db, spaceId, templateId, version)
  const [oldest] = cache.keys()
  if (cache.size >= MOST_CACHED && oldest !== undefined) cache.delete(oldest)
  cache.set(key, loaded)
  return loaded
}
