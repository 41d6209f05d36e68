-- Nobody of whom nothing is taken any more is let into a journey, and that is written down like any other refusal.
alter table journey_refusal drop constraint journey_refusal_reason_check;
alter table journey_refusal add constraint journey_refusal_reason_check
  check (reason in ('no_identifier', 'long_identifier', 'too_many_runs', 'suppressed'));
