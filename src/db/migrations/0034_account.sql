-- Whom an audience or a computed trait is about: people, or accounts (spec/audiences §7.4, §12). Never changes.
alter table audience add column collection text not null default 'users' check (collection in ('users', 'accounts'));
alter table computed_trait add column collection text not null default 'users' check (collection in ('users', 'accounts'));
