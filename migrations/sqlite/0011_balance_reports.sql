-- What M-Pesa says that it holds for us, beside what the ledger says: one report for each time that
-- it was asked, with one question for each short code.

create table balance_report (
    id text primary key,
    cause text not null check (cause in ('job', 'operator')),
    attempt integer not null, -- which one of a day's tries it is; 1 for an operator's
    state text not null check (state in ('asked', 'failed', 'ok', 'under_way', 'suspect', 'drift')),
    asked_at_ms integer not null,
    judged_at_ms integer, -- when the answer was held against the ledger
    accounts text not null default '[]', -- JSON: every account as it was told
    held_cents integer, -- all of them but the charges
    utility_cents integer, -- what of it payouts are made from; null: no such account was told of
    charges_cents integer, -- what M-Pesa counts as charged; zero or below
    ledger_cents integer, -- what the ledger says that M-Pesa holds
    gap_cents integer, -- by how much M-Pesa holds more than that, charges looked at as configured
    baseline_cents integer, -- the gap that an operator accepted before
    drift_cents integer, -- the gap less the baseline
    short_cents integer, -- by how much M-Pesa may hold less, for what is on its way
    over_cents integer, -- by how much more
    suspect_since_ms integer, -- since when nothing explains the drift
    failure text,
    accepted_at_ms integer,
    accepted_why text,
    check ((state in ('asked', 'failed')) = (judged_at_ms is null)),
    check ((judged_at_ms is null) = (drift_cents is null)),
    check ((accepted_at_ms is null) = (accepted_why is null))
) strict;

create index balance_report_by_time on balance_report (asked_at_ms);

create table balance_question (
    id text primary key, -- in the callback URL; it cannot be guessed
    report_id text not null references balance_report (id),
    shortcode text not null,
    conversation_id text, -- M-Pesa's id of the question, once it is accepted
    accounts text, -- JSON: the answer
    answered_at_ms integer
) strict;

create index balance_question_by_report on balance_question (report_id);
