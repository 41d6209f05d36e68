-- The instant that a text writes, or null; of a stored value its text, for no number, list or object is written like one. The same instants as before, in a
-- third of the time: what is written as JavaScript writes it is told by a shape and a pattern of few states, and the server's own parser knows whether
-- there is such a day. Without that parser's question, before Postgres 16, all are told by the whole pattern.
do $do$
declare
  whole constant text := $sql$
    case when text ~ '^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)$'
        and left(text, 4) <> '0000' then
      case when substr(text, 9, 2)::integer <= 28
        or substr(text, 9, 2)::integer <= extract(day from (substr(text, 1, 7) || '-01')::date + interval '1 month - 1 day')
      then text::timestamptz end
    end$sql$;
  -- Nothing but digits stands between what the shape says: two characters in a row that are none, or one among the first three, or second after the point.
  usual constant text := $sql$
    (text like '____-__-__T__:__:__Z' or text like '____-__-__T__:__:__.___Z')
      and text !~ '[^0-9][^0-9]|^.{0,2}[^0-9]|[.].[^0-9]' and text not like '%T24%' and text not like '%:60%'$sql$;
begin
  execute 'create function instant_of_text(text text) returns timestamptz language sql stable parallel safe return '
    || case when current_setting('server_version_num')::integer < 160000 then whole
       else 'case when ' || usual || ' then case when pg_input_is_valid(text, ''timestamptz'') then text::timestamptz end else ' || whole || ' end' end;
end $do$;

create or replace function instant_of(value jsonb) returns timestamptz language sql stable parallel safe
return instant_of_text(value #>> '{}');
