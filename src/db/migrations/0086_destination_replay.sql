-- What a source sent goes to one of its destinations again: a job beside imports and replays, with the same progress, claim and steering. `header`
-- says which destination, from and until when; `reached` is the instant that is done. A cancelled one is over when nothing of it is on its way.
alter table import drop constraint import_kind_check;
alter table import add constraint import_kind_check check (kind in ('profiles', 'calls', 'replay', 'destination_replay'));
create index import_replaying_to on import (started_at) where kind = 'destination_replay' and finished_at is null;

alter table event_delivery add column replay_id text;
create index event_delivery_of_replay on event_delivery (space_id, replay_id, status) where replay_id is not null;

-- Held: what a replay that is paused had queued.
alter table event_delivery drop constraint event_delivery_status_check;
alter table event_delivery add constraint event_delivery_status_check
  check (status in ('queued', 'held', 'sending', 'delivered', 'filtered', 'discarded', 'failed'));

-- Live calls are taken before replayed ones.
drop index event_delivery_due;
create index event_delivery_due on event_delivery (space_id, destination_id, replay, due_at) where status = 'queued';
