-- Tokens have ids, so that they can be shown and revoked; they open either what manages the space or the Profile API. Those that are there manage.
alter table api_token
  add column id text,
  add column kind text not null default 'management' check (kind in ('management', 'profile_api')),
  add column created_by text not null default 'the command line',
  add column last_used_at timestamptz,
  add column revoked_at timestamptz,
  add column revoked_by text;
update api_token set id = 'tok_' || left(md5(hash), 24);
alter table api_token alter column id set not null;
create unique index api_token_by_id on api_token (space_id, id);
