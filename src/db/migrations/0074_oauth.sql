-- Programs that prove who they are with a key pair and get a token for it (spec/connections §2.8). All but the source's own columns are looked up
-- before the space is known: reference tables on a cluster.
create table oauth_app (
  id text primary key,
  space_id text not null,
  name text not null,
  token_days integer not null check (token_days in (1, 2, 3, 7, 14, 21, 30)),
  scopes text[] not null,
  created_by text not null,
  created_at timestamptz not null
);

-- Public keys, PEM. A second one is how a key is changed without loss.
create table oauth_key (
  id text primary key,
  space_id text not null,
  app_id text not null,
  public_key text not null,
  created_at timestamptz not null
);

-- Only the hash is kept: a token is handed out once. One that is revoked stays until it would have expired, so that it can be named as what it is.
create table oauth_token (
  hash text primary key,
  space_id text not null,
  app_id text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);

-- What was shown once is not taken again.
create table oauth_assertion (
  app_id text not null,
  jti text not null,
  expires_at timestamptz not null,
  primary key (app_id, jti)
);

alter table source add column oauth_app_id text;
-- A bare write key lets nothing in.
alter table source add column oauth_enforced boolean not null default false;
