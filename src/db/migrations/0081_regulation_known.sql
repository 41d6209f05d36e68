-- What somebody was known by when she was forgotten: held until the erasure is finished, for what is written of her meanwhile.
alter table regulation_subject add column known jsonb not null default '[]';
