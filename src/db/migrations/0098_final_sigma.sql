-- Letters without their case: a sigma at the end of a word is written ς and is the same letter, so that ΟΔΟΣ is found in ΟΔΟΣΑ.
create or replace function without_case(text text) returns text language sql immutable parallel safe
return replace(lower(text collate "und-x-icu"), 'ς', 'σ');
